import './admin-map.css';

/** Draws every `<div data-flux-admin-map data-geojson="…">` of an admin page; MapLibre loads only if there is one. */
async function drawAll(): Promise<void> {
  const holders = [...document.querySelectorAll<HTMLElement>('[data-flux-admin-map]')];
  if (holders.length === 0) return;
  try {
    const { drawGeometry } = await import('./widget');
    await Promise.all(holders.map((holder) => drawGeometry(holder)));
  } catch {
    for (const holder of holders) holder.textContent = 'The map could not be loaded.';
  }
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => void drawAll());
else void drawAll();
