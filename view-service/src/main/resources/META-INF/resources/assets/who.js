/** The corner of every page that says who is signed in. */

import { announce } from "./announce.js";
import { onSession, signOut } from "./session.js";

export function showWho() {
  const who = document.getElementById("who");
  const button = document.getElementById("sign-out");
  onSession((session) => {
    who.hidden = !session.signedIn;
    document.getElementById("who-name").textContent = session.name ?? "a guest";
  });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await signOut();
      announce("You are signed out.");
    } catch (problem) {
      announce(problem.message);
    } finally {
      button.disabled = false;
    }
  });
}
