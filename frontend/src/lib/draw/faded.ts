import type { Layer } from '@deck.gl/core';

/** The same layer, drawn fainter; its buffers stay as they are. */
export function faded(layer: Layer, opacity: number): Layer {
  if (opacity === 1) return layer;
  const clone: unknown = layer.clone({ opacity: layer.props.opacity * opacity });
  return clone as Layer;
}
