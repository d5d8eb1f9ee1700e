// A file whose text stands in a field: it is read here, shown, and sent like anything typed.
const LARGEST = 2_000_000;

export function fills(): void {
  document.querySelectorAll<HTMLElement>("[data-needs-script]").forEach((part) => (part.hidden = false));
  document.addEventListener("change", async (event) => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // By name among the text fields only: another part of the form may have that name as its id.
    const field = input.form?.querySelector<HTMLTextAreaElement>(`textarea[name="${CSS.escape(input.dataset.fills ?? "")}"]`);
    if (!file || !field || file.size > LARGEST) return;
    field.value = await file.text();
    input.value = "";
    field.focus();
  });
}
