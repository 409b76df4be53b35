import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useCallback, useState } from 'react';

import { useWish } from '../../lib/wishes';
import { NoticeBar } from '../../ui/NoticeBar';

import { CrewBoard } from './CrewBoard';
import { OutageFilters } from './OutageFilters';
import { OutageList } from './OutageList';
import { OutageView } from './OutageView';
import { ReportForm } from './ReportForm';
import type { OutageAddress } from './address';
import type { Outage } from './queries';
import { reportable } from './steps';
import { useCrews } from './useCrews';
import { useOutageActions } from './useOutageActions';

interface Props {
  address: OutageAddress;
  onChange: (change: Partial<OutageAddress>) => void;
  /** The asset selected on the map, or an outage. */
  selected: string | null;
  permissions: ReadonlySet<string>;
  timeZone: string;
  onSelect: (assetId: string, at: { lon: number; lat: number } | null) => void;
  onClose: () => void;
  /** Show an asset that is no outage. */
  onAsset: (assetId: string) => void;
  /** Go to a place. */
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
}

export function isOutageId(assetId: string | null): assetId is string {
  return assetId?.startsWith('OUT-') === true;
}

/** The outages and the crews: the list, or the outage selected, with the crews under both. */
export function OutagesView({ address, onChange, selected, permissions, timeZone, onSelect, onClose, onAsset, onLocate }: Props) {
  const canSeeCrews = permissions.has('grid.view_crew');
  const canChange = permissions.has('grid.change_outage');
  const crews = useCrews(!canSeeCrews);
  const actions = useOutageActions();
  const [isReporting, setReporting] = useState(false);
  useWish('report-outage', () => setReporting(permissions.has('grid.add_outage')));
  const { rows } = crews;
  const assign = useCallback(
    (outage: Outage, crewId: string) => {
      const crew = rows.find((each) => each.assetId === crewId);
      void actions.assign(outage, { assetId: crewId, name: crew?.name ?? crewId });
    },
    [rows, actions],
  );
  const onAssign = canChange && canSeeCrews ? assign : null;
  return (
    <>
      <NoticeBar />
      {isOutageId(selected) ? (
        <OutageView
          key={selected}
          assetId={selected}
          permissions={permissions}
          timeZone={timeZone}
          crews={rows}
          onAssign={onAssign}
          onAsset={onAsset}
          onLocate={onLocate}
          onBack={onClose}
        />
      ) : (
        <>
          {permissions.has('grid.add_outage') && !isReporting && (
            <Box sx={{ display: 'flex', justifyContent: 'flex-end', mt: -0.75 }}>
              <Button onClick={() => setReporting(true)} data-testid="report-outage">
                Report an outage…
              </Button>
            </Box>
          )}
          {isReporting && (
            <ReportForm
              // Another asset selected on the map is another device.
              key={selected}
              device={reportable(selected)?.id ?? ''}
              timeZone={timeZone}
              onReported={(assetId, at) => {
                setReporting(false);
                onSelect(assetId, at);
              }}
              onClose={() => setReporting(false)}
            />
          )}
          <OutageFilters address={address} onChange={onChange} />
          <OutageList address={address} onChange={onChange} selected={selected} timeZone={timeZone} onAssign={onAssign} onSelect={onSelect} />
        </>
      )}
      {canSeeCrews && (
        <CrewBoard
          crews={crews}
          onAssign={onAssign}
          onShift={permissions.has('grid.change_crew') ? (crew, isOnShift) => void actions.setShift(crew, isOnShift) : null}
          onOutage={(assetId) => onSelect(assetId, null)}
          onLocate={(crew) => {
            if (crew.lon != null && crew.lat != null) onLocate(crew.assetId, { lon: crew.lon, lat: crew.lat });
          }}
        />
      )}
    </>
  );
}
