// One stream of events for all tabs of a browser, because it opens only six connections to a server. The tab that
// holds the lock reads the stream and tells the others; when it goes, the next one goes on from the last place.

export interface News {
  topic: string;
  key: string;
  place: string;
}

export interface Reader {
  /** Something happened. */
  news(news: News): void;
  /** Is the stream open? */
  connected(up: boolean): void;
  /** Others know of more than this page shows. */
  missed(): void;
}

type Word = { ask: true } | { news: News } | { up: boolean; last: string };

const AGAIN_MS = 5_000;
const PATIENCE_MS = 3_000;

/** Follows the events from a place on; tabs of the same person share a stream. */
export function follow(person: string, from: string, reader: Reader): void {
  // Locks need https; without them each tab has a stream of its own while it can be seen.
  if (navigator.locks) share(`live ${person}`, from, reader);
  else whileVisible(from, reader);
}

function share(name: string, from: string, reader: Reader): void {
  const channel = new BroadcastChannel(name);
  const tell = (word: Word) => channel.postMessage(word);
  let last = from;
  let up = false;
  let answered = false;
  let stop: (() => void) | null = null;
  let queued: AbortController | null = null;

  const hear = (news: News) => {
    if (isAfter(news.place, last)) last = news.place;
    reader.news(news);
  };
  const turn = (now: boolean) => {
    up = now;
    reader.connected(up);
    tell({ up, last });
  };
  const lead = () => {
    const pass = (news: News) => {
      // The others first: what is heard here may end this page.
      tell({ news });
      hear(news);
    };
    stop = read(() => last, pass, turn);
    return new Promise<never>(() => {});
  };
  const stand = (steal: boolean) => {
    queued?.abort();
    queued = steal ? null : new AbortController();
    navigator.locks.request(name, queued ? { signal: queued.signal } : { steal }, lead).catch(() => {
      // Taken away by a tab that got no answer, or given up for a place in front.
      if (!stop) return;
      stop();
      stop = null;
      stand(false);
    });
  };
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if ("ask" in data) {
      if (stop) tell({ up, last });
      return;
    }
    answered = true;
    if ("news" in data) return hear(data.news);
    reader.connected(data.up);
    if (!isAfter(data.last, last)) return;
    last = data.last;
    reader.missed();
  };
  /** Catches up with the others; a leader that the system has put to sleep is replaced. */
  const ask = () => {
    answered = stop !== null;
    tell({ ask: true });
    window.setTimeout(() => !answered && !stop && stand(true), PATIENCE_MS);
  };
  document.addEventListener("visibilitychange", () => !document.hidden && ask());
  stand(false);
  ask();
}

function whileVisible(from: string, reader: Reader): void {
  let last = from;
  let stop: (() => void) | null = null;
  const hear = (news: News) => {
    last = news.place;
    reader.news(news);
  };
  const look = () => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else stop ??= read(() => last, hear, reader.connected);
  };
  document.addEventListener("visibilitychange", look);
  look();
}

/** Reads the stream, and opens it again whenever it ends; answers how to stop. */
function read(place: () => string, hear: (news: News) => void, turn: (up: boolean) => void): () => void {
  let stream: EventSource;
  let later = 0;
  const open = () => {
    stream = new EventSource(`/live?after=${place()}`);
    for (const topic of ["ticket", "notice", "presence", "chats", "ended"]) {
      stream.addEventListener(topic, (event) => hear({ topic, key: event.data, place: event.lastEventId }));
    }
    stream.onopen = () => turn(true);
    stream.onerror = () => {
      turn(false);
      if (stream.readyState === EventSource.CLOSED) later = window.setTimeout(open, AGAIN_MS);
    };
  };
  open();
  return () => {
    window.clearTimeout(later);
    stream.close();
  };
}

/** Places are two numbers with a dot between them. */
function isAfter(a: string, b: string): boolean {
  const [ax = 0, ay = 0] = a.split(".").map(Number);
  const [bx = 0, by = 0] = b.split(".").map(Number);
  return ax === bx ? ay > by : ax > bx;
}
