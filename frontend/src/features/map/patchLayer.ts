import { Layer } from '@deck.gl/core';
import type { LayersList } from '@deck.gl/core';

import type { BufferPatch } from '../../lib/draw/patch';

/**
 * Write part of a buffer of a layer that is drawn; deck.gl makes and compares nothing.
 *
 * Returns whether it was written. It is not where the layer is not drawn yet, or draws other values, as under a
 * filter: then it takes its values whole when it is drawn next.
 */
export function patchLayer(layers: LayersList, { layerId, attribute, value, from, to }: BufferPatch): boolean {
  const layer = layers.flat(10).find((entry): entry is Layer => entry instanceof Layer && entry.id === layerId);
  const buffer = layer?.getAttributeManager()?.getAttributes()[attribute];
  if (layer === undefined || buffer === undefined || buffer.value !== value) return false;
  buffer.updateSubBuffer({ startOffset: from, endOffset: to });
  layer.setNeedsRedraw();
  return true;
}
