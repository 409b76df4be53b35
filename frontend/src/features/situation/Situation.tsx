import { AlarmsSection } from './AlarmsSection';
import { LoadSection } from './LoadSection';
import { OutagesSection } from './OutagesSection';
import { OverloadSection } from './OverloadSection';
import { RiskSection } from './RiskSection';

interface Props {
  /** Of the account. */
  permissions: readonly string[];
  timeZone: string;
  /** Path of a layer of the data. */
  pathOfLayer: (key: string) => string;
  /** Show an asset; `at` where it is known. */
  onSelect: (assetId: string, at: { lon: number; lat: number } | null) => void;
}

/** What is going on: alarms, risk, outages, loads. What the account may not see is left out. */
export function Situation({ permissions, timeZone, pathOfLayer, onSelect }: Props) {
  const may = new Set(permissions);
  const select = (assetId: string): void => onSelect(assetId, null);
  return (
    <>
      {may.has('grid.view_synclayer') && <AlarmsSection pathOf={pathOfLayer} />}
      {may.has('cascade.view_risksample') && <RiskSection timeZone={timeZone} onSelect={select} />}
      {may.has('grid.view_outage') && <OutagesSection timeZone={timeZone} onSelect={onSelect} />}
      {may.has('grid.view_circuitstatus') && <LoadSection timeZone={timeZone} onSelect={select} />}
      {may.has('grid.view_transformer') && <OverloadSection timeZone={timeZone} onSelect={select} />}
    </>
  );
}
