// The copy buttons beside commands and code.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.innerHTML;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    button.textContent = (await copied(source)) ? "Copied" : "Press Ctrl+C";
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { button.innerHTML = label; }, 2000);
  });
}

async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch { // an old browser, or one that keeps the clipboard from pages on disk
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}
