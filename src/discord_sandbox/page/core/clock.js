// The sandbox's clock. Every time the page shows is by it, so that a stepped clock moves the page too.

import { emit } from "./bus.js";

let offset = 0;
let version = null;

/** Now, by the sandbox's clock, in milliseconds since 1970. */
export function now() {
  return Date.now() + offset;
}

/** How far the sandbox's clock is from its machine's, in milliseconds, as it last said. */
export function declaredOffset() {
  return lastDeclared;
}

let lastDeclared = 0;

/**
 * Takes what the sandbox says of its clock: `{now_ms, offset_ms?, version?}`. The browser may run on another machine,
 * so the offset is measured against `now_ms` and not taken from `offset_ms`.
 */
export function setClock({ now_ms: nowMs, offset_ms: offsetMs, version: newVersion }) {
  if (typeof nowMs !== "number") return;
  const measured = nowMs - Date.now();
  // The answer took some milliseconds to come: without this the clock would jitter with every request.
  const moved = Math.abs(measured - offset) > 750 || (newVersion !== undefined && newVersion !== version);
  if (typeof offsetMs === "number") lastDeclared = offsetMs;
  if (newVersion !== undefined) version = newVersion;
  if (moved) offset = measured;
  if (moved) emit("clock", now());
}

setInterval(() => emit("tick", now()), 1000);
