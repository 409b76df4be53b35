import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';

import { humanize } from '../../lib/format';
import { navigate, useSearchString } from '../../lib/location';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState, LoadingState } from '../../ui/StateMessage';

import { Choice } from './Choice';
import { CompareTab } from './CompareTab';
import { LoadingTab } from './LoadingTab';
import { PeriodPicker } from './PeriodPicker';
import { ProfileTab } from './ProfileTab';
import { ScopePath } from './ScopePath';
import { UseTab } from './UseTab';
import { VoltageTab } from './VoltageTab';
import { CLASSES, decodeAmiView, TABS, withAmiView } from './address';
import type { AmiView, CustomerClass, Scope, Tab as TabKey } from './address';
import type { TabProps } from './context';
import { dayOf, lastDays } from './days';
import { useLineage } from './lineage';
import { NewestHourQuery } from './queries';

const PATH = '/ami';
const DEFAULT_DAYS = 14;

const TAB_WORDS: Readonly<Record<TabKey, string>> = {
  use: 'Use',
  comparison: 'Comparison',
  profile: 'Load profile',
  voltage: 'Voltage',
  loading: 'Transformer loading',
};

const NEEDED: Readonly<Record<TabKey, string>> = {
  use: 'grid.view_meter',
  comparison: 'grid.view_meter',
  profile: 'grid.view_meter',
  voltage: 'grid.view_meter',
  loading: 'grid.view_transformer',
};

interface Props {
  /** Of the account. */
  permissions: readonly string[];
  timeZone: string | undefined;
  /** The search for an asset; `onPick` makes its meters those that are shown. */
  search: (onPick: (scope: Scope) => void) => ReactNode;
  showOnMap: (assetId: string) => void;
}

/** Analyses of meter readings: of whose meters, of which days, and what about them, is in the address. */
export function AmiWorkspace({ permissions, timeZone, search, showOnMap }: Props) {
  const may = useMemo(() => new Set(permissions), [permissions]);
  const tabs = TABS.filter((each) => may.has(NEEDED[each]));
  const [first] = tabs;
  if (first === undefined) {
    return <EmptyState title="Your account may see no meters and no transformers" detail="An administrator can give it a role that may." />;
  }
  return <Workspace may={may} tabs={tabs} firstTab={first} timeZone={timeZone} search={search} showOnMap={showOnMap} />;
}

type WorkspaceProps = Omit<Props, 'permissions'> & { may: ReadonlySet<string>; tabs: readonly TabKey[]; firstTab: TabKey };

function Workspace({ may, tabs, firstTab, timeZone, search, showOnMap }: WorkspaceProps) {
  const address = useSearchString();
  const view = useMemo(() => decodeAmiView(address), [address]);
  const tab = tabs.includes(view.tab) ? view.tab : firstTab;
  const change = useCallback((part: Partial<AmiView>) => {
    const { search: now } = window.location;
    navigate(PATH + withAmiView(now, { ...decodeAmiView(now), ...part }));
  }, []);
  const enter = useCallback((scope: Scope | null) => change({ scope, by: null }), [change]);
  const newest = useNewestDay(may, timeZone);
  useEffect(() => {
    // A link says which days it shows: tomorrow others would be the newest.
    if (view.period !== null || newest.day === null) return;
    const { pathname, search: now } = window.location;
    if (pathname !== PATH) return;
    navigate(PATH + withAmiView(now, { ...decodeAmiView(now), period: lastDays(newest.day, DEFAULT_DAYS) }), { replace: true });
  }, [view.period, newest.day]);
  const places = useLineage(view.scope);
  const { period } = view;

  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }} data-testid="ami">
      <Box sx={{ px: 2, pt: 1, borderBottom: 1, borderColor: 'divider', bgcolor: 'background.paper' }}>
        <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', columnGap: 2, rowGap: 0.5 }}>
          <ScopePath places={places} onEnter={enter} showOnMap={showOnMap} />
          <Box sx={{ flex: 1 }} />
          <Box sx={{ width: 340, '& .MuiInputBase-root': { py: 0 } }}>{search(enter)}</Box>
        </Box>
        <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', columnGap: 2, rowGap: 1, mt: 1 }}>
          {period !== null && <PeriodPicker period={period} newestDay={newest.isKnown ? newest.day : null} onChange={(next) => change({ period: next })} />}
          {tab !== 'loading' && (
            <Choice<CustomerClass | 'ALL'>
              label="Customer class"
              value={view.customerClass ?? 'ALL'}
              options={[{ value: 'ALL', label: 'All classes' }, ...CLASSES.map((value) => ({ value, label: humanize(value) }))]}
              onChange={(next) => change({ customerClass: next === 'ALL' ? null : next })}
            />
          )}
        </Box>
        <Tabs
          value={tab}
          onChange={(_event, next: TabKey) => change({ tab: next })}
          aria-label="Analyses"
          variant="scrollable"
          scrollButtons={false}
          sx={{ minHeight: 36, mt: 0.5, '& .MuiTab-root': { minHeight: 36, py: 0, px: 1.5, minWidth: 64 } }}
        >
          {tabs.map((key) => (
            <Tab key={key} value={key} label={TAB_WORDS[key]} id={`ami-tab-${key}`} aria-controls="ami-panel" />
          ))}
        </Tabs>
      </Box>
      <Box role="tabpanel" id="ami-panel" aria-labelledby={`ami-tab-${tab}`} sx={{ flex: 1, minHeight: 0, overflow: 'auto', p: 1.5 }}>
        {period === null ? (
          <LoadingState label="Looking up the newest readings" minHeight={320} />
        ) : (
          <ErrorBoundary key={tab} name={TAB_WORDS[tab]}>
            <Shown tab={tab} view={view} period={period} may={may} timeZone={timeZone} change={change} enter={enter} showOnMap={showOnMap} />
          </ErrorBoundary>
        )}
      </Box>
    </Box>
  );
}

function Shown({ tab, ...props }: TabProps & { tab: TabKey }) {
  switch (tab) {
    case 'use':
      return <UseTab {...props} />;
    case 'comparison':
      return <CompareTab {...props} />;
    case 'profile':
      return <ProfileTab {...props} />;
    case 'voltage':
      return <VoltageTab {...props} />;
    case 'loading':
      return <LoadingTab {...props} />;
  }
}

/** The newest local day with enough readings. Where none is known, or may be seen: today. Null while it is asked for. */
function useNewestDay(may: ReadonlySet<string>, timeZone: string | undefined): { day: string | null; isKnown: boolean } {
  const isAllowed = may.has('grid.view_outage');
  const [{ data, error, fetching }] = useQuery({ query: NewestHourQuery, pause: !isAllowed });
  const [today] = useState(() => Date.now());
  const at = data?.kpis[0]?.dataAsOf ?? null;
  if (at !== null) return { day: dayOf(at, timeZone), isKnown: true };
  const isAnswered = !isAllowed || data !== undefined || (error !== undefined && !fetching);
  return { day: isAnswered ? dayOf(today, timeZone) : null, isKnown: false };
}
