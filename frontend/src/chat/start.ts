// The guided start: who asks, what happens, and the rest of the five facts, filled in where the browser or the house knows them.
import { kept, keep, secret } from "./kept";
import { boot, button, el, w } from "./parts";

export interface Started {
  token: string;
  number: string;
  state: string;
  promised: string | null;
}

/** What the browser tells about the system, in words. */
function system(): string {
  const agent = navigator.userAgent;
  const windows = /Windows NT ([\d.]+)/.exec(agent)?.[1];
  if (windows) return windows === "10.0" ? "Windows 10/11" : `Windows NT ${windows}`;
  const mac = /Mac OS X ([\d_]+)/.exec(agent)?.[1];
  if (mac && !/like Mac/.test(agent)) return `macOS ${mac.replaceAll("_", ".")}`;
  return (/Android [\d.]+/.exec(agent) ?? /(?:iPhone )?OS [\d_]+/.exec(agent) ?? /Linux \w+/.exec(agent))?.[0] ?? "";
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function field(name: string, label: string, control: Field, help = "", optional = false): HTMLElement {
  const id = `f-${name}`;
  control.id = id;
  control.name = name;
  if (help) control.setAttribute("aria-describedby", `${id}-help`);
  return el(
    "div",
    { class: "field" },
    el("label", { class: "label", for: id }, label, optional && " ", optional && el("span", { class: "optional" }, w("chat-optional"))),
    control,
    help && el("span", { class: "help", id: `${id}-help` }, help),
  );
}

function input(type: string, value: string, more: Record<string, string | boolean> = {}): HTMLInputElement {
  const made = el("input", { type, ...more });
  made.value = value;
  return made;
}

function select(options: [string, string][], chosen = ""): HTMLSelectElement {
  const made = el("select", {}, ...options.map(([value, text]) => el("option", { value }, text)));
  made.value = chosen;
  return made;
}

/** The form; `done` hears of the chat, or of the word that was left. */
export function startForm(done: (started: Started) => void): HTMLElement {
  const live = boot.there === "now";
  const known = boot.customer;
  const token = secret();
  const fact = { maxlength: String(boot.max.fact) };
  const cases = (known?.cases ?? []).map((c): [string, string] => [c.number, `${c.number} ${c.title}`]);
  const about = select([["", w("chat-about-new")], ...cases]);
  const symptom = el("textarea", { rows: "3", required: true, ...fact });
  const first = el(
    "fieldset",
    {},
    el("legend", { class: "vh" }, w("chat-symptom")),
    !known && field("name", w("chat-name"), input("text", kept().name ?? "", { required: true, autocomplete: "name", maxlength: String(boot.max.name) })),
    !known && field("email", w("chat-email"), input("email", kept().email ?? "", { required: true, autocomplete: "email", maxlength: "254" }), w("chat-email-help")),
    cases.length > 0 && field("joins", w("chat-about"), about),
    field("symptom", w("chat-symptom"), symptom, w("chat-symptom-help")),
  );
  const products = boot.products.map((p): [string, string] => [p.id, p.name]);
  const second = el(
    "fieldset",
    { hidden: true },
    el("legend", {}, w("chat-more")),
    products.length > 0 && field("product", w("chat-product"), select([["", ""], ...products], known?.product), "", true),
    field("version", w("chat-version"), input("text", known?.version ?? "", fact), "", true),
    field("occurrence", w("chat-occurrence"), input("text", "", fact), "", true),
    field("system", w("chat-system"), input("text", system(), fact), "", true),
    field("error_code", w("chat-error_code"), input("text", "", fact), "", true),
  );
  const step = el("p", { class: "small muted", role: "status" });
  const wrong = el("p", { class: "errors", role: "alert", hidden: true });
  const send = el("button", { class: "btn btn-primary" }, w(live ? "chat-start" : "chat-leave-word"));
  const next = el("button", { class: "btn btn-primary" }, w("chat-next"));
  const back = button(w("chat-back"), () => turn(1), "btn btn-quiet");
  const form = el("form", { class: "start", novalidate: false }, ...notes(live), wrong, first, second, step, el("p", { class: "actions" }, back, next, send));
  let at = 1;
  const turn = (to: number) => {
    // A case that there is has its facts already.
    const steps = about.value ? 1 : 2;
    at = Math.min(to, steps);
    first.hidden = at !== 1;
    second.hidden = at !== 2;
    back.hidden = at === 1;
    next.hidden = at === steps;
    send.hidden = at !== steps;
    step.textContent = steps > 1 ? w("chat-step", { n: at, of: steps }) : "";
  };
  about.addEventListener("change", () => turn(1));
  turn(1);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!next.hidden) {
      turn(2);
      second.querySelector<HTMLElement>("input, select")?.focus();
      return;
    }
    const said = Object.fromEntries([...new FormData(form)].map(([k, v]) => [k, String(v)]));
    if (!known) keep({ name: said.name, email: said.email });
    send.disabled = true;
    wrong.hidden = true;
    void ask(live, { ...said, token, origin: boot.origin, locale: boot.locale })
      .then((answer) => done({ token, ...answer }))
      .catch((e: unknown) => {
        wrong.textContent = e instanceof Error && e.message ? e.message : w("chat-failed");
        wrong.hidden = false;
        const names = e instanceof Refused ? e.fields : [];
        const field = names.map((n) => form.elements.namedItem(n)).find((f) => f instanceof HTMLElement) as Field | undefined;
        if (field) {
          turn(first.contains(field) ? 1 : 2);
          field.setAttribute("aria-invalid", "true");
          field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
          field.focus();
        }
      })
      .finally(() => (send.disabled = false));
  });
  return form;
}

/** What the visitor should know before they write. */
function notes(live: boolean): Node[] {
  if (live) return [el("p", { class: "muted" }, w("chat-intro"))];
  const there = boot.there === "closed" && boot.again ? w("chat-there-closed-at", { at: boot.again }) : w(`chat-there-${boot.there}`);
  const all = [el("p", { class: "note" }, there), el("p", {}, w("chat-word-intro"))];
  if (boot.promised) all.push(el("p", { class: "muted" }, w("chat-promise", { at: boot.promised })));
  return all;
}

class Refused extends Error {
  constructor(
    message: string,
    readonly fields: string[],
  ) {
    super(message);
  }
}

async function ask(live: boolean, body: Record<string, string>): Promise<Omit<Started, "token">> {
  const send = (path: string) => fetch(`/chat/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  let answer: Response;
  try {
    answer = await send(live ? "start" : "word");
  } catch {
    throw new Error(w("chat-failed"));
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const fields = (said.fields ?? []).map((f: { field: string }) => f.field.replace("facts.", ""));
  throw new Refused(said.title ?? w("chat-failed"), fields);
}
