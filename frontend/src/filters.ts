// The filters above a list: a menu that closes with another choice shows the list at once, and the address stays short.
export function filters(): void {
  const form = document.querySelector<HTMLFormElement>("form.filters");
  if (!form) return;
  form.addEventListener("formdata", ({ formData }) => {
    const filled = [...formData].filter(([, value]) => value !== "");
    for (const name of [...formData.keys()]) formData.delete(name);
    for (const [name, value] of filled) formData.append(name, value);
  });
  const asked = () => JSON.stringify([...new FormData(form)]);
  const before = asked();
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") form.reset();
  });
  form.addEventListener("toggle", (event) => {
    if (!(event.target as HTMLDetailsElement).open && asked() !== before) form.requestSubmit();
  }, true);
}
