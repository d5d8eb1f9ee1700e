// The talk itself: lines, what is on its way, who is there, pictures by paste.
import { Link, type Place, type State } from "./link";
import { keep, kept } from "./kept";
import { boot, button, el, w } from "./parts";
import { atEnd, type Line, sentId, shown } from "./says";

const TYPING_EVERY_MS = 3_000;
const TYPING_SHOWN_MS = 5_000;
const RETRY_MS = 3_000;

export interface Around {
  /** Is the visitor looking? */
  looks(): boolean;
  unread(n: number): void;
  /** There is nothing to go on with. */
  gone(): void;
  head(text: string): void;
}

interface Pending {
  id: string;
  text: string;
  item: HTMLLIElement;
}

export class Talk {
  readonly root: HTMLElement;
  private readonly list = el("ol", { class: "says", role: "log", "aria-live": "polite", "aria-label": w("chat-title"), tabindex: "0" });
  private readonly note = el("p", { class: "note", role: "status" });
  private readonly offline = el("p", { class: "note warn", role: "status", hidden: true }, w("chat-offline"));
  private readonly typing = el("p", { class: "typing small muted", role: "status" });
  private readonly text = el("textarea", { rows: "2", maxlength: String(boot.max.text), "aria-label": w("chat-write"), placeholder: w("chat-write") });
  private readonly form: HTMLFormElement;
  private readonly foot = el("div", { class: "foot" });
  private readonly link: Link;
  private state: State | null = null;
  private pending: Pending[] = [];
  private sending = false;
  private told = 0;
  private unread = 0;
  private lastTyped = -Infinity;
  private typedTimer = 0;

  constructor(
    token: string,
    private readonly around: Around,
  ) {
    const hear = {
      line: (line: Line) => this.line(line),
      state: (state: State) => this.stands(state),
      place: (place: Place) => this.placed(place),
      typing: () => this.typed(),
      up: (up: boolean) => this.isUp(up),
      gone: () => around.gone(),
    };
    this.link = new Link(token, hear);
    const file = el("input", { type: "file", class: "vh", multiple: true });
    file.addEventListener("change", () => {
      [...(file.files ?? [])].forEach((f) => void this.upload(f));
      file.value = "";
    });
    const clip = el("label", { class: "tool", title: w("chat-file") }, el("span", { "aria-hidden": "true" }, "＋"), el("span", { class: "vh" }, w("chat-file")), file);
    const send = el("button", { class: "btn btn-primary" }, w("chat-send"));
    this.form = el("form", { class: "say-form" }, this.text, el("div", { class: "bar" }, clip, button(w("chat-end"), () => this.sure(), "btn btn-quiet"), send));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.say();
    });
    this.text.addEventListener("keydown", (event) => {
      // While characters are being composed, Enter chooses one.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    });
    this.text.addEventListener("input", () => this.types());
    this.text.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      files.forEach((f) => void this.upload(f));
    });
    this.root = el("section", { class: "talk" }, this.note, this.offline, this.list, this.typing, this.form, this.foot);
    (kept().unsent ?? []).forEach(({ id, text }) => this.queue(id, text));
    void this.link.follow();
  }

  focus(): void {
    this.text.focus();
  }

  /** The visitor looks again: what came meanwhile is seen. */
  looked(): void {
    this.unread = 0;
    this.around.unread(0);
    const last = this.link.last;
    if (last > this.told && this.state) {
      this.told = last;
      void this.link.post("read", { seq: last }).catch(() => (this.told = 0));
    }
  }

  private line(line: Line): void {
    const end = atEnd(this.list);
    const mine = line.side === "visitor";
    if (mine && line.sent_id) this.arrived(line.sent_id);
    if (line.side === "staff") this.untype();
    const manner = { own: "visitor" as const, said: (word: string) => w(`chatline-${word}`), file: (l: Line) => this.file(l) };
    const item = shown(mine ? { ...line, who: w("chat-you") } : line, manner);
    this.list.insertBefore(item, this.pending[0]?.item ?? null);
    if (end || mine) this.list.scrollTop = this.list.scrollHeight;
    if (mine) return;
    if (this.around.looks()) this.looked();
    else {
      this.unread += 1;
      this.around.unread(this.unread);
    }
  }

  private stands(state: State): void {
    const before = this.state;
    this.state = state;
    const open = state.state === "waiting" || state.state === "active";
    if (state.state === "waiting" && before?.state !== "waiting") this.note.textContent = w("chat-waiting");
    if (state.state === "active") this.note.textContent = w("chat-with", { name: state.who });
    if (state.state === "ended") this.note.textContent = w("chat-ended");
    if (state.state === "left") this.note.textContent = w("chat-ended-left");
    this.around.head(w("chat-number", { number: state.number }));
    this.form.hidden = !open;
    if (!open) this.ended(state);
    this.seen(state.read);
    if (this.around.looks()) this.looked();
  }

  private placed(place: Place): void {
    if (this.state && this.state.state !== "waiting") return;
    const minutes = place.seconds === undefined ? null : Math.ceil(place.seconds / 60);
    const wait =
      minutes === null ? w("chat-wait-unknown") : minutes <= 1 ? w("chat-wait-minute", { of: place.of }) : w("chat-wait-about", { n: minutes, of: place.of });
    this.note.replaceChildren(w("chat-waiting"), el("br"), w("chat-place", { n: place.position }), el("br"), el("span", { class: "small" }, wait));
  }

  private ended(state: State): void {
    this.typing.textContent = "";
    const mail = state.mail ? el("p", { class: "small muted", role: "status" }, w("chat-mailed")) : button(w("chat-mail"), () => void this.mail());
    this.foot.replaceChildren(mail, button(w("chat-new"), () => this.around.gone(), "btn btn-primary"));
  }

  private async mail(): Promise<void> {
    const answer = await this.link.post("transcript").catch(() => null);
    if (answer?.ok && this.state) this.ended({ ...this.state, mail: true });
  }

  private sure(): void {
    const ask = el("div", { class: "sure", role: "alertdialog", "aria-label": w("chat-end") }, el("p", {}, w("chat-end-sure")));
    const keepOn = button(w("chat-keep-on"), () => {
      ask.remove();
      this.focus();
    });
    const end = button(w("chat-end"), () => void this.link.post("end").finally(() => ask.remove()), "btn btn-primary");
    ask.append(el("p", { class: "actions" }, keepOn, end));
    this.foot.replaceChildren(ask);
    keepOn.focus();
  }

  /** The other side has seen up to a line: that stands at the last one of the visitor's that it covers. */
  private seen(read: number): void {
    this.list.querySelectorAll(".say-seen").forEach((mark) => mark.remove());
    const own = [...this.list.querySelectorAll<HTMLElement>(".say-own[data-seq]")];
    const last = own.filter((item) => Number(item.dataset.seq) <= read).pop();
    last?.querySelector(".say-who")?.append(el("span", { class: "say-seen" }, ` ${w("chat-seen")}`));
  }

  private isUp(up: boolean): void {
    this.offline.hidden = up;
    if (up) void this.flush();
  }

  private typed(): void {
    this.typing.textContent = w("chat-typing");
    window.clearTimeout(this.typedTimer);
    this.typedTimer = window.setTimeout(() => this.untype(), TYPING_SHOWN_MS);
  }

  private untype(): void {
    this.typing.textContent = "";
  }

  private types(): void {
    const now = performance.now();
    if (this.text.value === "" || now - this.lastTyped < TYPING_EVERY_MS) return;
    this.lastTyped = now;
    void this.link.post("typing").catch(() => {});
  }

  private say(): void {
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    this.lastTyped = -Infinity;
    this.queue(sentId(), text);
    void this.flush();
  }

  private queue(id: string, text: string): void {
    const line: Line = { seq: 0, side: "visitor", who: w("chat-you"), kind: "text", text, at: "" };
    const item = shown(line, { own: "visitor", said: () => "", file: () => document.createTextNode("") });
    delete item.dataset.seq;
    item.classList.add("say-pending");
    item.querySelector("time")?.replaceChildren(w("chat-sending"));
    this.pending.push({ id, text, item });
    this.list.append(item);
    this.list.scrollTop = this.list.scrollHeight;
    this.remember();
  }

  private remember(): void {
    keep({ unsent: this.pending.map(({ id, text }) => ({ id, text })) });
  }

  private arrived(id: string): void {
    const at = this.pending.findIndex((p) => p.id === id);
    if (at < 0) return;
    this.pending[at]?.item.remove();
    this.pending.splice(at, 1);
    this.remember();
  }

  /** Sends what waits, one after the other, so that it arrives in its order. */
  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let next = this.pending.find((p) => !p.item.dataset.refused); next; next = this.pending.find((p) => !p.item.dataset.refused)) {
        const { id, text, item } = next;
        const answer = await this.link.post("lines", { text, sent_id: id }).catch(() => null);
        if (answer?.ok) this.delivered(next, await answer.json());
        else if (!answer || answer.status >= 500 || answer.status === 429) {
          window.setTimeout(() => void this.flush(), RETRY_MS);
          return;
        } else this.refused(item, id, await answer.json().catch(() => ({})));
      }
    } finally {
      this.sending = false;
    }
  }

  /** It is there; the stream brings it too, perhaps it already has. */
  private delivered(sent: Pending, { seq }: { seq: number }): void {
    sent.item.querySelector("time")?.replaceChildren();
    if (seq <= this.link.last) return this.arrived(sent.id);
    // Until the stream brings it, it stands here and is not sent again.
    sent.item.dataset.refused = "sent";
    keep({ unsent: this.pending.filter((p) => p !== sent && p.item.dataset.refused !== "sent").map(({ id, text }) => ({ id, text })) });
  }

  private refused(item: HTMLElement, id: string, said: { title?: string }): void {
    item.dataset.refused = "yes";
    const again = button(w("chat-again"), () => {
      delete item.dataset.refused;
      item.querySelector(".say-refused")?.remove();
      void this.flush();
    }, "link");
    const away = button("×", () => this.arrived(id), "link");
    item.append(el("p", { class: "say-refused small", role: "alert" }, `${w("chat-unsent")} ${said.title ?? ""} `, again, " ", away));
  }

  private async upload(file: File): Promise<void> {
    const waits = el("li", { class: "say say-visitor say-own say-pending" }, el("div", { class: "say-text" }, `${file.name || "…"} · ${w("chat-sending")}`));
    this.list.append(waits);
    this.list.scrollTop = this.list.scrollHeight;
    try {
      const up = await this.link.upload(file);
      const made = await up.json();
      if (!up.ok) throw new Error(made.title ?? "");
      const sent = await this.link.post("lines", { file: made.id, sent_id: sentId() });
      if (!sent.ok) throw new Error(((await sent.json()) as { title?: string }).title ?? "");
      waits.remove();
    } catch (e) {
      const why = e instanceof Error ? e.message : "";
      waits.replaceChildren(el("p", { class: "say-refused", role: "alert" }, `${w("chat-file-failed", { name: file.name })} ${why} `, button("×", () => waits.remove(), "link")));
    }
  }

  /** Files are fetched with the secret of the chat, so they are no plain links. */
  private file(line: Line): Node {
    const id = line.file ?? "";
    if (!line.picture) {
      return button(line.text, () => void this.link.file(id).then((blob) => save(blob, line.text)).catch(() => {}), "link");
    }
    const end = atEnd(this.list);
    const picture = el("img", { alt: line.text });
    void this.link.file(id).then((blob) => {
      picture.src = URL.createObjectURL(blob);
      picture.addEventListener("load", () => end && (this.list.scrollTop = this.list.scrollHeight), { once: true });
    }).catch(() => picture.replaceWith(line.text));
    return picture;
  }
}

function save(blob: Blob, name: string): void {
  const link = el("a", { download: name });
  link.href = URL.createObjectURL(blob);
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
