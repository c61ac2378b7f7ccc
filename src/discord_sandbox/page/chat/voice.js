// A voice message: a player with what the sound looks like.

import { fill, h, icon } from "../core/dom.js";
import { toast } from "../overlay/toast.js";

const BARS = 48;
const LOUDEST = 255;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** How loud it is, from 0 to 1, at so many times; a waveform that cannot be read is a flat line. */
export function loudness(waveform, bars = BARS) {
  let samples;
  try {
    samples = [...atob(waveform ?? "")].map((one) => one.charCodeAt(0) / LOUDEST);
  } catch {
    samples = [];
  }
  if (samples.length === 0) return Array(bars).fill(0);
  return Array.from({ length: bars }, (_, at) => samples[Math.floor((at * samples.length) / bars)]);
}

/** The player of a message's one sound. */
export function drawVoice(file) {
  const audio = h("audio", { src: file.url, preload: "none" });
  const bars = loudness(file.waveform).map((loud) => h("i", { style: { "--loud": loud.toFixed(3) } }));
  const time = h("span", { class: "voice-time" }, clock(file.duration_secs ?? 0));
  const button = h("button", { type: "button", class: "voice-play", onclick: toggle });
  function show() {
    const plays = !audio.paused;
    const length = Number.isFinite(audio.duration) ? audio.duration : file.duration_secs ?? 0;
    const played = length > 0 && audio.currentTime > 0 ? audio.currentTime / length : 0;
    button.setAttribute("aria-label", plays ? "Pause voice message" : "Play voice message");
    fill(button, icon(plays ? "pause" : "play", 18));
    bars.forEach((bar, at) => bar.classList.toggle("played", played > 0 && at / BARS <= played));
    fill(time, clock(audio.currentTime > 0 ? audio.currentTime : length));
  }
  async function toggle() {
    if (!audio.paused) return audio.pause();
    try {
      await audio.play();
    } catch (error) {
      toast(`The sound cannot be played here: ${error.message}`);
    }
    return undefined;
  }
  for (const event of ["play", "pause", "ended", "timeupdate"]) audio.addEventListener(event, show);
  show();
  return h("section", { class: "voice", "aria-label": `Voice message, ${clock(file.duration_secs ?? 0)}` },
    button, h("span", { class: "voice-bars", "aria-hidden": "true" }, bars), time, audio);
}
