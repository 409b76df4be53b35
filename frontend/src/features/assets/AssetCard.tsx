import { EmptyState } from '../../ui/StateMessage';

import {
  CircuitCard,
  LineCard,
  MeterCard,
  OutageCard,
  PoleCard,
  SwitchCard,
  TransformerCard,
} from './DistributionCards';
import { TraceSection } from './TraceSection';
import { BranchCard, BusCard, SubstationCard } from './TransmissionCards';
import { CardActionsContext } from './cardActions';
import type { CardActions } from './cardActions';
import { canTrace, kindOf } from './kinds';
import type { AssetKind } from './kinds';

const CARDS: Record<AssetKind, (props: { assetId: string }) => React.ReactNode> = {
  substation: SubstationCard,
  bus: BusCard,
  branch: BranchCard,
  circuit: CircuitCard,
  line: LineCard,
  switch: SwitchCard,
  pole: PoleCard,
  transformer: TransformerCard,
  meter: MeterCard,
  outage: OutageCard,
};

/** Everything known of the selected asset. */
export function AssetCard({ assetId, actions }: { assetId: string; actions: CardActions }) {
  const kind = kindOf(assetId);
  if (kind === null) return <EmptyState title={`${assetId} is no asset of the grid`} />;
  const Card = CARDS[kind];
  return (
    <CardActionsContext value={actions}>
      <Card key={assetId} assetId={assetId} />
      {canTrace(assetId) && <TraceSection key={`trace-${assetId}`} assetId={assetId} />}
    </CardActionsContext>
  );
}
