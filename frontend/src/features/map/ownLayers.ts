import { Layer } from '@deck.gl/core';
import type { LayersList } from '@deck.gl/core';

/** Which map drew a layer first. */
const owners = new WeakMap<object, object>();

/** A layer that another map has drawn ended with it, and cannot begin again: this map gets a copy. */
export function ownLayers(layers: LayersList, map: object): LayersList {
  const own = (entry: LayersList[number]): LayersList[number] => {
    if (Array.isArray(entry)) return ownLayers(entry, map);
    if (!isLayer(entry)) return null;
    const owner = owners.get(entry) ?? map;
    owners.set(entry, owner);
    return owner === map ? entry : (entry.clone({}) as Layer);
  };
  return layers.map(own);
}

function isLayer(entry: unknown): entry is Layer {
  return entry instanceof Layer;
}
