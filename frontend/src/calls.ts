// Pages that ring: while the band of calls stands on the page, a short tone comes again and again, in one tab of the
// browser, until somebody answers. A browser may refuse sound before the first click: then the band asks for one.
const EVERY_MS = 4_000;
const MUTED = "calls-muted";

let context: AudioContext | null = null;
let ticking = 0;
/** The tab that holds the lock rings; the others only show. */
let leads = !navigator.locks;

const isMuted = () => localStorage.getItem(MUTED) !== null;

/** Two short tones, not loud, with soft edges. */
function tone(audio: AudioContext): void {
  for (const [start, pitch] of [
    [0, 880],
    [0.28, 1175],
  ] as const) {
    const from = audio.currentTime + start;
    const [voice, level] = [audio.createOscillator(), audio.createGain()];
    voice.frequency.value = pitch;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.22, from + 0.02);
    level.gain.setValueAtTime(0.22, from + 0.18);
    level.gain.linearRampToValueAtTime(0, from + 0.24);
    voice.connect(level).connect(audio.destination);
    voice.start(from);
    voice.stop(from + 0.26);
  }
}

/** Rings once, for somebody who waits. */
export async function chime(): Promise<void> {
  if (isMuted() || typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") await Promise.race([context.resume(), new Promise((done) => window.setTimeout(done, 200))]);
  if (context.state === "running") tone(context);
}

async function ring(): Promise<void> {
  if (isMuted() || !leads || typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  // Without leave the promise stays open: nobody waits for it.
  if (context.state === "suspended") void context.resume().then(show);
  if (context.state === "running") tone(context);
  show();
}

/** Shows the buttons that fit: mute, ring again, or that the browser refuses. */
function show(): void {
  const line = document.querySelector<HTMLElement>("[data-sound]");
  if (!line) return;
  const refused = !isMuted() && leads && context?.state === "suspended";
  line.hidden = false;
  const set = (name: string, on: boolean) => line.querySelector(`[data-sound-${name}]`)?.toggleAttribute("hidden", !on);
  set("refused", refused);
  set("mute", !isMuted() && !refused);
  set("on", isMuted());
}

function look(): void {
  const rings = document.querySelector("[data-calls]") !== null;
  // What else is sticky stays below the band.
  document.documentElement.style.setProperty("--calls", `${document.getElementById("pages")?.offsetHeight ?? 0}px`);
  if (!rings) {
    window.clearInterval(ticking);
    ticking = 0;
    return;
  }
  show();
  if (ticking !== 0) return;
  ticking = window.setInterval(() => void ring(), EVERY_MS);
  void ring();
}

export function calls(): void {
  const band = document.getElementById("pages");
  if (!band) return;
  void navigator.locks?.request("calls", () => {
    leads = true;
    look();
    return new Promise<never>(() => {});
  });
  band.addEventListener("click", (event) => {
    const asks = (name: string) => (event.target as Element).closest(`[data-sound-${name}]`) !== null;
    if (asks("mute")) localStorage.setItem(MUTED, "");
    else if (asks("on")) localStorage.removeItem(MUTED);
    else if (!asks("refused")) return;
    void ring();
    look();
  });
  new MutationObserver(look).observe(band, { childList: true, subtree: false });
  window.addEventListener("storage", look);
  look();
}
