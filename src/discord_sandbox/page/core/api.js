// Requests to the sandbox's control API, and the one way their errors are told.

/** What the sandbox refused and why; `status` 0 means that it could not be reached. */
export class SandboxError extends Error {
  constructor(message, status) {
    super(message);
    this.name = "SandboxError";
    this.status = status;
  }
}

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(`/sandbox${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw new SandboxError("The sandbox cannot be reached. Is its process still running?", 0);
  }
  const text = await response.text();
  let answer = {};
  try {
    answer = text === "" ? {} : JSON.parse(text);
  } catch {
    answer = { error: text.slice(0, 200) };
  }
  if (!response.ok) {
    throw new SandboxError(answer.error ?? `The sandbox answered ${response.status} to ${method} ${path}.`, response.status);
  }
  return answer;
}

export const get = (path) => request("GET", path);
export const post = (path, body = {}) => request("POST", path, body);
export const remove = (path) => request("DELETE", path);
export const put = (path, body = {}) => request("PUT", path, body);

/** Does something as a member: `act("123", "message", {…})`. */
export const act = (user, what, body) => post(`/members/${user}/${what}`, body);
