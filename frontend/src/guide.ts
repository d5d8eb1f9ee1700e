// A long form becomes steps: one group of questions at a time, with progress. Without this it is one page.
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
  let at = 0;
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
  next.addEventListener("click", () => fits() && go(at + 1));
  back.addEventListener("click", () => go(at - 1));
  // Enter in a field goes on instead of sending what is half filled in.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || next.hidden || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    next.click();
  });
  show();
}
