/**
 * Says something to a screen reader, politely: it waits until the reader is done with what it is saying.
 *
 * @param {string} text
 */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  // The same text twice is no change, and would not be spoken.
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text;
}
