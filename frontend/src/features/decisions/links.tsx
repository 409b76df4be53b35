import Link from '@mui/material/Link';
import { createContext, useContext } from 'react';
import type { MouseEvent, ReactNode } from 'react';

export interface AssetLinks {
  /** Where the map shows an asset. */
  href: (assetId: string) => string;
  /** Go there, with the asset in the middle. */
  show: (assetId: string) => void;
}

const AssetLinksContext = createContext<AssetLinks | null>(null);
export const AssetLinksProvider = AssetLinksContext.Provider;

const ON_MAP = /^(SUB|BUS|BR|PLANT|CKT|XFMR|POLE|LINE|SW|MTR)-/;

/** An asset by its name, leading to it on the map. */
export function AssetLink({ id, children }: { id: string; children?: ReactNode }) {
  const links = useContext(AssetLinksContext);
  const text = children ?? id;
  if (links === null || !ON_MAP.test(id)) return <>{text}</>;
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    links.show(id);
  };
  return (
    <Link href={links.href(id)} onClick={follow} title={`Show ${id} on the map`} underline="always">
      {text}
    </Link>
  );
}
