// Light or dark: as the system says until the person chooses.

const KEY = "sandbox-theme";

function apply(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Uses what was chosen before. */
export function restoreTheme() {
  apply(localStorage.getItem(KEY));
}

/** Changes to the other one and remembers it. */
export function toggleTheme() {
  const system = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  const next = (document.documentElement.dataset.theme ?? system) === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  apply(next);
}
