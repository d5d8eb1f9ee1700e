// A long form becomes steps: one group of questions at a time, with progress. Without this it is one page.
import { isUploading, uploaded } from "./files";
import { say } from "./toasts";

export function guides(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-guide]").forEach(start);
}

function start(form: HTMLFormElement): void {
  const steps = [...form.querySelectorAll<HTMLFieldSetElement>("fieldset")];
  const progress = form.querySelector<HTMLElement>(".progress");
  const actions = form.querySelector<HTMLElement>(".actions");
  const send = actions?.querySelector<HTMLButtonElement>("button");
  if (steps.length < 2 || !progress || !actions || !send) return;
  const button = (text: string | undefined, kind: string) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn ${kind}`;
    made.textContent = text ?? "";
    return made;
  };
  const next = button(form.dataset.next, "btn-primary");
  const back = button(form.dataset.back, "");
  send.before(next);
  send.after(back);
  // As far as a reload or the browser's "back" says, but not beyond a step that still lacks something.
  const lacking = steps.findIndex((step) => [...step.elements].some((el) => !(el as HTMLInputElement).checkValidity()));
  const reach = (to: unknown) => Math.min(Number(to) || 0, lacking < 0 ? steps.length - 1 : lacking);
  // What came back opens where something is wrong.
  const wrong = steps.findIndex((step) => step.querySelector("[aria-invalid]"));
  let at = wrong < 0 ? reach(history.state?.step) : wrong;
  const show = () => {
    steps.forEach((step, i) => (step.hidden = i !== at));
    next.hidden = at === steps.length - 1;
    send.hidden = !next.hidden;
    back.hidden = at === 0;
    progress.hidden = false;
    progress.textContent = (progress.dataset.text ?? "").replace("N", String(at + 1)).replace("M", String(steps.length));
  };
  const go = (to: number) => {
    at = to;
    show();
    steps[at]?.querySelector<HTMLElement>("input:not([type=hidden]), textarea:not([hidden]), select")?.focus();
  };
  const fits = () => [...(steps[at]?.elements ?? [])].every((el) => (el as HTMLInputElement).reportValidity?.() ?? true);
  const failed = () => form.querySelector<HTMLElement>(".file-failed");
  /** A file that was not taken is seen to where it was added; the form says its name and why. */
  const stopAtFile = () => {
    at = Math.max(0, steps.findIndex((step) => step.contains(failed())));
    show();
    failed()?.querySelector("button")?.focus();
    say("say-file-missing", form);
  };
  next.addEventListener("click", async () => {
    if (!fits()) return;
    const from = at;
    if (isUploading(form)) next.textContent = document.body.dataset.wordUploading ?? "";
    const all = await uploaded(form);
    next.textContent = form.dataset.next ?? "";
    if (!all) return stopAtFile();
    if (at !== from) return;
    go(at + 1);
    history.pushState({ ...history.state, step: at }, "");
  });
  back.addEventListener("click", () => (history.state?.step === at ? history.back() : go(at - 1)));
  window.addEventListener("popstate", (event) => go(Math.min(Number(event.state?.step) || 0, steps.length - 1)));
  form.addEventListener("submit", (event) => {
    if (!isUploading(form) && !failed()) return;
    event.preventDefault();
    void uploaded(form).then((all) => (all ? form.requestSubmit() : stopAtFile()));
  });
  // Enter in a field goes on instead of sending what is half filled in.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || next.hidden) return;
    if (!(event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    next.click();
  });
  show();
  if (wrong >= 0) steps[wrong]?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
}
