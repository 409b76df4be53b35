/** Part of a layer's buffer that has other content than the graphics card has. */
export interface BufferPatch {
  layerId: string;
  /** The buffer by deck.gl's name. */
  attribute: string;
  /** All of it; a layer that draws something else is left alone. */
  value: Uint8Array;
  /** What changed lies in `[from, to)`, elements of `value`. */
  from: number;
  to: number;
}
