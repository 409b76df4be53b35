import type { ReactNode } from 'react';
import { useQuery } from 'urql';

import { DataAgeQuery } from './queries';

/** Gives its child the moments at which the layers were last known to equal their sources. */
export function DataAges({ children }: { children: (confirmedAt: readonly (string | null)[]) => ReactNode }) {
  const [{ data }] = useQuery({ query: DataAgeQuery });
  return children(data?.mapLayers.map((layer) => layer.confirmedAt) ?? []);
}
