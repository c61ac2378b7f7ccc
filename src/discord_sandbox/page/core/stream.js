// A WebSocket to the sandbox that comes back by itself after it is lost.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

/**
 * Keeps a WebSocket to `path` open. `onFrame({t, d})` gets each frame; `onState(state, retryInMs)` is told
 * "open", "lost" or "connecting". Returns `{close(), retryNow()}`.
 */
export function openStream(path, { onFrame, onState = () => {} }) {
  let socket = null;
  let timer = null;
  let pause = FIRST_PAUSE_MS;
  let closed = false;

  function connect() {
    clearTimeout(timer);
    timer = null;
    onState("connecting", 0);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}/sandbox${path}`);
    socket = mine;
    mine.onopen = () => {
      pause = FIRST_PAUSE_MS;
      onState("open", 0);
    };
    mine.onmessage = (event) => {
      let frame;
      try {
        frame = JSON.parse(event.data);
      } catch {
        console.error("a frame that is not JSON", event.data);
        return;
      }
      onFrame(frame);
    };
    mine.onclose = () => {
      if (closed || socket !== mine) return;
      onState("lost", pause);
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
  }

  connect();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
    retryNow() {
      if (timer !== null) connect();
    },
  };
}
