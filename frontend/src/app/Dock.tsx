import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';

import { AssetCard } from '../features/assets';
import { addOutage, draftStore, RunForm, RunView } from '../features/cascade';
import type { CascadeRunState, RunColour } from '../features/cascade';
import { SearchBox } from '../features/search';
import { VulnerabilityView } from '../features/vulnerability';
import type { VulnerabilityMapState } from '../features/vulnerability';
import type { BranchColumns } from '../lib/columns/layers';
import type { Lines } from '../lib/draw/lines';
import { useStore } from '../lib/store';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { EmptyState } from '../ui/StateMessage';

export type DockTab = 'asset' | 'cascade' | 'vulnerability';

const WIDTH_PX = 384;
const PANEL_NAMES: Record<DockTab, string> = {
  asset: 'The asset card',
  cascade: 'The cascade panel',
  vulnerability: 'The vulnerability panel',
};
const CAN_FAIL = ['SUB', 'BUS', 'BR'];

interface Props {
  tab: DockTab;
  onTab: (tab: DockTab) => void;
  selected: string | null;
  runId: string | null;
  cascade: CascadeRunState;
  wave: number;
  runColour: RunColour;
  branches: BranchColumns | null;
  canRun: boolean;
  canMap: boolean;
  /** `present`, or the id of the map shown; null: none. */
  shownMap: string | null;
  vulnerability: VulnerabilityMapState;
  onShowMap: (shown: string) => void;
  isPicking: boolean;
  timeZone: string;
  onPicking: (isPicking: boolean) => void;
  onRunColour: (colour: RunColour) => void;
  onWave: (wave: number) => void;
  onRun: (runId: string | null) => void;
  onSelect: (assetId: string) => void;
  onClose: () => void;
  onLocate: (assetId: string, at: { lon: number; lat: number } | null) => void;
  onFail: (assetId: string, name: string) => void;
  onTraced: (lines: Lines | null) => void;
}

/** The column right of the map: the selected asset, and the cascade. Always there, so nothing jumps. */
export function Dock(props: Props) {
  const { tab, onTab } = props;
  return (
    <Box
      component="aside"
      aria-label="Details"
      sx={{
        width: WIDTH_PX,
        flexShrink: 0,
        display: 'flex',
        flexDirection: 'column',
        borderLeft: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
      }}
    >
      <Tabs
        value={tab}
        onChange={(_event, next: DockTab) => onTab(next)}
        variant="fullWidth"
        aria-label="Details"
        sx={{ minHeight: 38, borderBottom: 1, borderColor: 'divider', '& .MuiTab-root': { minHeight: 38, py: 0 } }}
      >
        <Tab label="Asset" value="asset" id="dock-tab-asset" aria-controls="dock-panel" data-testid="tab-asset" />
        <Tab label="Cascade" value="cascade" id="dock-tab-cascade" aria-controls="dock-panel" data-testid="tab-cascade" />
        <Tab
          label="Vulnerability"
          value="vulnerability"
          id="dock-tab-vulnerability"
          aria-controls="dock-panel"
          data-testid="tab-vulnerability"
        />
      </Tabs>
      <Box
        role="tabpanel"
        id="dock-panel"
        aria-labelledby={`dock-tab-${tab}`}
        tabIndex={0}
        sx={{ flex: 1, minHeight: 0, overflowY: 'auto', scrollbarGutter: 'stable', p: 1.75 }}
      >
        <ErrorBoundary key={tab} name={PANEL_NAMES[tab]}>
          {tab === 'asset' && <AssetPanel {...props} />}
          {tab === 'cascade' && <CascadePanel {...props} />}
          {tab === 'vulnerability' && props.shownMap !== null && (
            <VulnerabilityView
              shown={props.shownMap}
              state={props.vulnerability}
              canMap={props.canMap}
              timeZone={props.timeZone}
              onShow={props.onShowMap}
              onSelect={props.onSelect}
            />
          )}
        </ErrorBoundary>
      </Box>
    </Box>
  );
}

function AssetPanel({ selected, timeZone, onSelect, onClose, onLocate, onFail, onTraced }: Props) {
  const { outages } = useStore(draftStore);
  if (selected === null) {
    return <EmptyState title="Nothing selected" detail="Click an asset on the map, or find one by name." />;
  }
  return (
    <AssetCard
      assetId={selected}
      actions={{
        onClose,
        onSelect,
        onLocate,
        onFail,
        isFailing: (assetId) => outages.some((outage) => outage.assetId === assetId),
        onTraced,
        timeZone,
      }}
    />
  );
}

function CascadePanel({ runId, cascade, ...props }: Props) {
  if (runId !== null) {
    return (
      <RunView
        runId={runId}
        state={cascade}
        wave={props.wave}
        colour={props.runColour}
        branches={props.branches}
        onWave={props.onWave}
        onColour={props.onRunColour}
        onSelect={props.onSelect}
        onLeave={() => props.onRun(null)}
      />
    );
  }
  return (
    <RunForm
      canRun={props.canRun}
      isPicking={props.isPicking}
      onPicking={props.onPicking}
      onStarted={props.onRun}
      search={
        <SearchBox
          label="Add a substation or line by name or id"
          testId="outage-search"
          prefixes={CAN_FAIL}
          onPick={(hit) => addOutage(hit.assetId, hit.title)}
        />
      }
    />
  );
}
