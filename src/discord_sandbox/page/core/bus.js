// The page's own announcements: parts say what changed by topic, and the parts that show it listen.

const listeners = new Map();

/** Calls `fn(payload)` each time `topic` is announced; returns a function that ends it. */
export function on(topic, fn) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(fn);
  return () => listeners.get(topic).delete(fn);
}

/** Announces a topic. A listener that throws is reported and does not silence the others. */
export function emit(topic, payload) {
  for (const fn of [...(listeners.get(topic) ?? [])]) {
    try {
      fn(payload);
    } catch (error) {
      console.error(`listener of ${topic}`, error);
    }
  }
}

/** Runs `fn` once per frame however often it is asked for. */
export function oncePerFrame(fn) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    // A hidden window draws no frames, but what it shows must be true when it is looked at again.
    const soon = document.hidden ? (run) => setTimeout(run, 0) : requestAnimationFrame;
    soon(() => {
      asked = false;
      fn();
    });
  };
}
