import { rememberedStore } from '../../../lib/remembered';

/** A narrower map than this, pixels, is more covered by the panel than it is worth. */
export const NARROW_PX = 720;

/** Whether one wants the panel open on narrow and on wide maps; null: never said. */
export interface OpenPanel {
  narrow: boolean | null;
  wide: boolean | null;
}

const NEVER_SAID: OpenPanel = { narrow: null, wide: null };

function read(kept: unknown): OpenPanel {
  const { narrow, wide } = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>;
  return { narrow: typeof narrow === 'boolean' ? narrow : null, wide: typeof wide === 'boolean' ? wide : null };
}

/** What was said in this browser. */
export const openPanel = rememberedStore('flux.layer-panel', NEVER_SAID, read);
