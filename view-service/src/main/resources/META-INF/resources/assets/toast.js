/** Says for a while, wherever on the page somebody is, what did not work. */

const LONG_ENOUGH_TO_READ_MS = 8000;

let timer = 0;

/** @param {string} text */
export function complain(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.hidden = true;
  }, LONG_ENOUGH_TO_READ_MS);
}
