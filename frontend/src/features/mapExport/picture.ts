import type { LegendItem } from '../../lib/legendItem';
import type { ColourScheme } from '../../lib/preferences';
import { COLOURS, css } from '../../ui/palette';

export interface PictureText {
  title: string;
  /** Below the title: place, time, account. */
  lines: readonly string[];
  legends: readonly { title: string; items: readonly LegendItem[] }[];
  scale: { widthPx: number; label: string } | null;
  /** At the foot: whom the data come from. */
  credit: string;
}

const PAD = 12;
const HEAD_PX = 56;
const LEGEND_PX = 210;
const ROW_PX = 17;
const FONT = 'Roboto, "Segoe UI", sans-serif';

/** The map as a picture that explains itself: title, time, legend and scale around it. `ratio`: pixels of the map per CSS pixel. */
export function drawPicture(map: HTMLCanvasElement, ratio: number, text: PictureText, scheme: ColourScheme): HTMLCanvasElement {
  const { surface } = COLOURS[scheme];
  const [width, height] = [map.width / ratio, map.height / ratio];
  const rows = text.legends.reduce((sum, { items }) => sum + items.length + 1.5, 0);
  const whole = Math.max(height, rows * ROW_PX + 2 * PAD);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round((width + LEGEND_PX) * ratio);
  canvas.height = Math.round((HEAD_PX + whole) * ratio);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on.');
  context.scale(ratio, ratio);
  context.fillStyle = surface.panel;
  context.fillRect(0, 0, width + LEGEND_PX, HEAD_PX + whole);
  context.drawImage(map, 0, HEAD_PX, width, height);
  context.textBaseline = 'middle';
  write(context, text.title, PAD, 20, `500 17px ${FONT}`, surface.text);
  write(context, text.lines.join('  ·  '), PAD, 42, `12px ${FONT}`, surface.muted);
  drawLegends(context, text.legends, width + PAD, HEAD_PX + PAD, scheme);
  drawFoot(context, text, HEAD_PX + height, width, scheme);
  return canvas;
}

function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, font: string, colour: string): void {
  context.font = font;
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

function drawLegends(context: CanvasRenderingContext2D, legends: PictureText['legends'], x: number, top: number, scheme: ColourScheme): void {
  const { surface } = COLOURS[scheme];
  let y = top + ROW_PX / 2;
  for (const { title, items } of legends) {
    write(context, title, x, y, `500 12px ${FONT}`, surface.text);
    y += ROW_PX;
    for (const item of items) {
      drawMark(context, item, x + 4, y);
      write(context, item.label, x + 32, y, `12px ${FONT}`, surface.text);
      y += ROW_PX;
    }
    y += ROW_PX / 2;
  }
}

function drawMark(context: CanvasRenderingContext2D, { colour, shape, widthPx }: LegendItem, x: number, y: number): void {
  context.fillStyle = css(colour);
  context.strokeStyle = css(colour);
  if (shape === 'line' || shape === 'dashed') {
    context.lineWidth = Math.max(2, widthPx ?? 3);
    context.setLineDash(shape === 'dashed' ? [5, 3] : []);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 20, y);
    context.stroke();
    context.setLineDash([]);
    return;
  }
  context.beginPath();
  context.arc(x + 10, y, 4.5, 0, 2 * Math.PI);
  context.lineWidth = 2;
  if (shape === 'ring') context.stroke();
  else context.fill();
}

function drawFoot(context: CanvasRenderingContext2D, { scale, credit }: PictureText, bottom: number, width: number, scheme: ColourScheme): void {
  const { surface } = COLOURS[scheme];
  const high = 24;
  context.globalAlpha = 0.85;
  context.fillStyle = surface.panel;
  context.fillRect(0, bottom - high, width, high);
  context.globalAlpha = 1;
  const middle = bottom - high / 2;
  if (scale !== null) {
    context.strokeStyle = surface.text;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(PAD, middle - 2);
    context.lineTo(PAD, middle + 4);
    context.lineTo(PAD + scale.widthPx, middle + 4);
    context.lineTo(PAD + scale.widthPx, middle - 2);
    context.stroke();
    write(context, scale.label, PAD + scale.widthPx + 8, middle, `12px ${FONT}`, surface.text);
  }
  context.textAlign = 'right';
  write(context, credit, width - PAD, middle, `11px ${FONT}`, surface.muted);
  context.textAlign = 'left';
}

/** A canvas as a PNG. */
export function pngOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('The picture could not be made.'));
      else resolve(blob);
    }, 'image/png');
  });
}
