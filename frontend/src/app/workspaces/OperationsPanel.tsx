import { useQuery } from 'urql';

import { ViewerQuery } from '../../features/session';
import { Situation } from '../../features/situation';
import { dataPath } from '../routes';
import { useStage } from '../stage/context';

import { AssetPanel } from './AssetPanel';
import { SidePanel } from './SidePanel';

const TABS = [
  { key: 'situation', label: 'Situation', name: 'The situation' },
  { key: 'asset', label: 'Asset', name: 'The asset card' },
] as const;

const pathOfLayer = (key: string): string => dataPath('layers', key);

/** What is going on, and the selected asset. */
export function OperationsPanel({ tab, onTab }: { tab: string; onTab: (tab: string) => void }) {
  const { site, select, flyTo } = useStage();
  const [{ data }] = useQuery({ query: ViewerQuery });
  return (
    <SidePanel tabs={TABS} tab={tab} onTab={onTab}>
      {tab === 'asset' ? (
        <AssetPanel />
      ) : (
        <Situation
          permissions={data?.viewer.permissions ?? []}
          timeZone={site.timeZone}
          pathOfLayer={pathOfLayer}
          onSelect={(assetId, at) => {
            select(assetId);
            flyTo(assetId, at);
          }}
        />
      )}
    </SidePanel>
  );
}
