// The line to the server: events come down by a stream that is opened again whenever it ends, behind the last line that is
// known; everything else goes up by single requests.
import type { Line } from "./says";

export interface State {
  state: "waiting" | "active" | "ended" | "left" | "missed";
  number: string;
  who: string;
  read: number;
  mail: boolean;
}

export interface Place {
  position: number;
  seconds?: number;
  of: number;
}

export interface Ear {
  line(line: Line): void;
  state(state: State): void;
  place(place: Place): void;
  typing(): void;
  up(up: boolean): void;
  /** There is no such chat any more. */
  gone(): void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/** The server says something at least every fifteen seconds. */
const DEAD_MS = 40_000;

export class Link {
  last = 0;
  private over = false;
  private stop: AbortController | null = null;
  private hurry: (() => void) | null = null;

  constructor(
    readonly token: string,
    private readonly ear: Ear,
  ) {
    window.addEventListener("online", () => this.hurry?.());
    document.addEventListener("visibilitychange", () => !document.hidden && this.hurry?.());
  }

  /** Follows the chat until it is over. */
  async follow(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!this.over) {
      const before = this.last;
      const heard = await this.read().catch(() => false);
      if (this.over) return;
      this.ear.up(false);
      wait = heard || this.last > before ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
      await this.pause(wait);
    }
  }

  /** Ends here; the chat goes on. */
  close(): void {
    this.over = true;
    this.stop?.abort();
    this.hurry?.();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, ms);
      this.hurry = () => {
        window.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Reads one stream to its end; was anything heard? */
  private async read(): Promise<boolean> {
    this.stop = new AbortController();
    const headers = { ...this.auth(), accept: "text/event-stream" };
    const answer = await fetch(`/chat/events?after=${this.last}`, { headers, cache: "no-store", signal: this.stop.signal });
    if (answer.status === 404 || answer.status === 401) {
      this.over = true;
      this.ear.gone();
      return false;
    }
    if (!answer.ok || !answer.body) return false;
    this.ear.up(true);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const alarm = window.setTimeout(() => this.stop?.abort(), DEAD_MS);
      const { done, value } = await reader.read().finally(() => window.clearTimeout(alarm));
      if (done) return true;
      rest += value;
      const events = rest.split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) this.hear(event);
    }
  }

  private hear(text: string): void {
    let name = "";
    let data = "";
    for (const line of text.split("\n")) {
      if (line.startsWith("event:")) name = line.slice(6).trim();
      if (line.startsWith("data:")) data += line.slice(5).trim();
    }
    if (name === "line") {
      const line = JSON.parse(data) as Line;
      // What came before the stream broke comes only once.
      if (line.seq <= this.last) return;
      this.last = line.seq;
      this.ear.line(line);
    }
    if (name === "state") {
      const state = JSON.parse(data) as State;
      if (state.state !== "waiting" && state.state !== "active") this.over = true;
      this.ear.state(state);
    }
    if (name === "place") this.ear.place(JSON.parse(data) as Place);
    if (name === "typing") this.ear.typing();
  }

  private auth(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  /** Sends something; throws where no server answered. */
  async post(path: string, body?: unknown): Promise<Response> {
    const headers = { ...this.auth(), "content-type": "application/json" };
    return fetch(`/chat/${path}`, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
  }

  async upload(file: File): Promise<Response> {
    const body = new FormData();
    body.append("file", file, file.name || "picture.png");
    return fetch("/chat/files", { method: "POST", headers: this.auth(), body });
  }

  async file(id: string): Promise<Blob> {
    const answer = await fetch(`/chat/files/${id}`, { headers: this.auth() });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.blob();
  }
}
