const PHONE = "(max-width: 480px), (max-height: 420px) and (pointer: coarse)";

/**
 * On a phone the panel covers what is visible, also above the on-screen keyboard, which
 * shrinks only the visual viewport. `onChange(isPhone)` is called at once and on turns.
 */
export function followViewport(element, { signal, onChange }) {
  const phone = window.matchMedia(PHONE);
  const visual = window.visualViewport;
  const fit = () => {
    element.style.setProperty("--msgr-height", `${visual.height}px`);
    element.style.setProperty("--msgr-top", `${visual.offsetTop}px`);
  };
  const turn = () => onChange(phone.matches);
  phone.addEventListener("change", turn, { signal });
  turn();
  if (!visual) return;
  for (const event of ["resize", "scroll"]) {
    visual.addEventListener(event, fit, { signal });
  }
  fit();
}
