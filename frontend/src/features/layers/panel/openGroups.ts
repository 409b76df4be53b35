import { rememberedStore } from '../../../lib/remembered';

type OpenGroups = Readonly<Record<string, boolean>>;

const AT_FIRST: OpenGroups = { operations: true, network: true, customers: true, environment: true, analysis: true };

function read(kept: unknown): OpenGroups {
  if (typeof kept !== 'object' || kept === null) return AT_FIRST;
  const flags = Object.entries(kept).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean');
  return { ...AT_FIRST, ...Object.fromEntries(flags) };
}

/** Which groups of the layer panel are open in this browser. */
export const openGroups = rememberedStore('flux.layer-groups', AT_FIRST, read);
