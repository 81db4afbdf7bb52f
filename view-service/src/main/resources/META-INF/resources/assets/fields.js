/** Shows in a form what was wrong with it: each violation at its field, everything else above the button. */

/** @param {HTMLFormElement} form */
export function clearErrors(form) {
  for (const place of form.querySelectorAll("[data-error-for], [data-form-error]")) {
    place.hidden = true;
    place.textContent = "";
  }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

/**
 * @param {HTMLFormElement} form
 * @param {{message: string, violations?: {field: string, message: string}[]}} problem
 */
export function showErrors(form, problem) {
  clearErrors(form);
  const elsewhere = [];
  let first = null;
  for (const { field, message } of problem.violations ?? []) {
    const place = form.querySelector(`[data-error-for="${CSS.escape(field ?? "")}"]`);
    const input = form.elements.namedItem(field);
    if (!place || !input) {
      elsewhere.push(field ? `${field}: ${message}` : message);
      continue;
    }
    show(place, message);
    input.setAttribute("aria-invalid", "true");
    input.closest("details")?.setAttribute("open", "");
    first ??= input;
  }
  if (elsewhere.length > 0 || !first) {
    show(form.querySelector("[data-form-error]"), elsewhere.join("\n") || problem.message);
  }
  first?.focus();
}

/** @param {Element} place @param {string} message */
function show(place, message) {
  place.textContent = message;
  place.hidden = false;
}
