// Fields that are only for some kinds and products are shown when one of them is chosen.
export function applicable(): void {
  document.querySelectorAll<HTMLFormElement>("form:has([data-applies])").forEach((form) => {
    const show = () => narrow(form);
    form.addEventListener("change", show);
    show();
  });
}

function narrow(form: HTMLFormElement): void {
  // Where nothing can be chosen, as in the preview of the fields, all are shown.
  const chosen = (name: string) => form.querySelector<HTMLSelectElement>(`select[name=${name}]`)?.value;
  const fits = (only: string, value: string | undefined) =>
    value === undefined || only.trim() === "" || only.trim().split(" ").includes(value);
  form.querySelectorAll<HTMLElement>("[data-applies]").forEach((field) => {
    const { kinds = "", products = "" } = field.dataset;
    field.hidden = !fits(kinds, chosen("kind")) || !fits(products, chosen("product"));
    // What is not asked is not sent.
    field.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select").forEach((input) => {
      input.disabled = field.hidden;
    });
  });
}
