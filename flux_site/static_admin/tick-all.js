// A box in a table's head that ticks all boxes of a name.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.fluxTickAll;
  if (name === undefined) {
    return;
  }
  for (const box of document.querySelectorAll(`input[type="checkbox"][name="${name}"]`)) {
    box.checked = event.target.checked;
  }
});
