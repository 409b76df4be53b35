import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { useCallback, useMemo } from 'react';

import { navigate, useSearchString } from '../../lib/location';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState } from '../../ui/StateMessage';

import { DistributionPanel } from './DistributionPanel';
import { HealthList } from './HealthList';
import { MaintenanceList } from './MaintenanceList';
import { TomorrowList } from './TomorrowList';
import { decodeFleet, encodeFleet } from './address';
import type { FleetView, View } from './address';
import { FLEET_PATH } from './links';
import { MAY } from './permissions';

const VIEW_WORDS: Readonly<Record<View, string>> = { health: 'Health', maintenance: 'Maintenance', tomorrow: 'Next day' };
const VIEW_NEEDS: Readonly<Record<View, string>> = { health: MAY.healths, maintenance: MAY.failures, tomorrow: MAY.forecasts };
const VIEW_ORDER: readonly View[] = ['health', 'maintenance', 'tomorrow'];

interface Props {
  permissions: readonly string[];
  timeZone: string | undefined;
}

/** The fleet: how healthy it is, where replacement avoids most, and what the next day brings. */
export function FleetPage({ permissions, timeZone }: Props) {
  const search = useSearchString();
  const fleet = useMemo(() => decodeFleet(search), [search]);
  const onChange = useCallback((change: Partial<FleetView>) => {
    const now = decodeFleet(window.location.search);
    navigate(`${FLEET_PATH}${encodeFleet({ ...now, ...change })}`, { replace: change.text !== undefined });
  }, []);
  const views = VIEW_ORDER.filter((view) => permissions.includes(VIEW_NEEDS[view]));
  const view = views.includes(fleet.view) ? fleet.view : views[0];
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }} data-testid="fleet-page">
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, mb: 1.5, flexWrap: 'wrap' }}>
        <Typography variant="h1" component="h2">
          Asset health
        </Typography>
        {view !== undefined && (
          <Tabs value={view} onChange={(_event, next: View) => onChange({ view: next })} aria-label="What of the fleet" sx={{ minHeight: 34, '& .MuiTab-root': { minHeight: 34, py: 0 } }}>
            {views.map((each) => (
              <Tab key={each} value={each} label={VIEW_WORDS[each]} id={`fleet-tab-${each}`} aria-controls="fleet-view" />
            ))}
          </Tabs>
        )}
      </Box>
      {view === undefined ? (
        <EmptyState title="Your account may not see the health of assets" detail="Ask an administrator for it." />
      ) : (
        <Box id="fleet-view" role="tabpanel" aria-labelledby={`fleet-tab-${view}`} sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 1.5 }}>
          <ErrorBoundary key={view} name="This view">
            {view === 'health' && (
              <>
                <DistributionPanel fleet={fleet} timeZone={timeZone} onPick={(assetClass, band) => onChange({ assetClass, band })} />
                <HealthList fleet={fleet} onChange={onChange} />
              </>
            )}
            {view === 'maintenance' && <MaintenanceList timeZone={timeZone} />}
            {view === 'tomorrow' && <TomorrowList timeZone={timeZone} />}
          </ErrorBoundary>
        </Box>
      )}
    </Box>
  );
}
