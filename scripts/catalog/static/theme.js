// Light, dark, or as the system says; remembered on this machine.
(() => {
  const root = document.documentElement;
  const next = { system: "light", light: "dark", dark: "system" };
  let theme = "system";
  try { theme = localStorage.getItem("theme") || theme; } catch { /* storage is off */ }
  if (!(theme in next)) theme = "system";
  root.dataset.theme = theme;
  root.classList.add("js");

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = () => { button.textContent = `Theme: ${theme}`; root.dataset.theme = theme; };
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = next[theme];
      try { localStorage.setItem("theme", theme); } catch { /* then only for this page */ }
      show();
    });
    show();
  });
})();
