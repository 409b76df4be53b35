/** Counts of assets by class and band, and the chart of their shares. */
import type { ResultOf, VariablesOf } from '../../gql/graphql';
import { formatNumber, formatQuantity } from '../../lib/format';
import type { ColourScheme } from '../../lib/preferences';
import type { ChartOption } from '../../ui/Chart';
import { COLOURS } from '../../ui/palette';

import { healthFilter } from './address';
import type { FleetView } from './address';
import { BAND_WORDS, bandColour, BANDS, CLASS_WORDS, CLASSES } from './bands';
import type { AssetClass, Band } from './bands';
import type { DistributionQuery } from './queries';

type Variables = VariablesOf<typeof DistributionQuery>;
type Answer = ResultOf<typeof DistributionQuery>;
type Name = Exclude<keyof Variables, never>;

const LETTERS: Readonly<Record<AssetClass, 't' | 'p' | 'c' | 's'>> = { TRANSFORMER: 't', POLE: 'p', CIRCUIT: 'c', SUBSTATION: 's' };
const DIGITS: Readonly<Record<Band, '1' | '2' | '3' | '4' | '5' | '0'>> = { HI1: '1', HI2: '2', HI3: '3', HI4: '4', HI5: '5', NONE: '0' };

function nameOf(assetClass: AssetClass, band: Band): Name {
  return `${LETTERS[assetClass]}${DIGITS[band]}`;
}

/** What to count: every class and band within the circuit or substation and the text that are looked for. */
export function distributionVariables({ within, text }: Pick<FleetView, 'within' | 'text'>): Variables {
  const pairs = CLASSES.flatMap((assetClass) =>
    BANDS.map((band) => [nameOf(assetClass, band), healthFilter({ assetClass, band, within, text })] as const),
  );
  return Object.fromEntries(pairs) as Variables;
}

export interface ClassCounts {
  assetClass: AssetClass;
  counts: Readonly<Record<Band, number>>;
  total: number;
}

export function countsOf(answer: Answer): ClassCounts[] {
  return CLASSES.map((assetClass) => {
    const counts = Object.fromEntries(BANDS.map((band) => [band, answer[nameOf(assetClass, band)].totalCount])) as Record<Band, number>;
    return { assetClass, counts, total: BANDS.reduce((sum, band) => sum + counts[band], 0) };
  });
}

/** Shares of the bands, a bar for each class that has assets: classes of any size can be compared. */
export function distributionOption(classes: readonly ClassCounts[], scheme: ColourScheme): ChartOption {
  const { surface } = COLOURS[scheme];
  const shown = classes.filter((each) => each.total > 0);
  return {
    grid: { left: 92, right: 16, top: 6, bottom: 24 },
    tooltip: {
      trigger: 'item',
      backgroundColor: surface.raised,
      borderColor: surface.line,
      textStyle: { color: surface.text, fontSize: 12 },
      formatter: (entry) => {
        const one = Array.isArray(entry) ? entry[0] : entry;
        const counted = one === undefined ? undefined : shown[one.dataIndex];
        const band = one === undefined ? undefined : BANDS[one.seriesIndex ?? 0];
        if (counted === undefined || band === undefined) return '';
        const share = (counted.counts[band] / counted.total) * 100;
        return `${CLASS_WORDS[counted.assetClass]}, ${BAND_WORDS[band]}: ${formatNumber(counted.counts[band])} (${formatQuantity(share, '%', 1)})`;
      },
    },
    xAxis: {
      type: 'value',
      max: 100,
      axisLabel: { color: surface.muted, fontSize: 11, formatter: '{value}%' },
      splitLine: { lineStyle: { color: surface.line } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: shown.map((each) => CLASS_WORDS[each.assetClass]),
      axisLabel: { color: surface.text, fontSize: 12 },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    series: BANDS.map((band) => ({
      type: 'bar' as const,
      name: BAND_WORDS[band],
      stack: 'share',
      barMaxWidth: 26,
      data: shown.map((each) => (each.counts[band] / each.total) * 100),
      itemStyle: { color: bandColour(band, scheme), borderColor: surface.panel, borderWidth: 1 },
    })),
  };
}

/** The chart in words. */
export function distributionWords(classes: readonly ClassCounts[]): string {
  const words = classes
    .filter((each) => each.total > 0)
    .map(({ assetClass, counts }) => `${CLASS_WORDS[assetClass]}: ${BANDS.map((band) => `${formatNumber(counts[band])} ${BAND_WORDS[band]}`).join(', ')}`);
  return `Share of each health band by class. ${words.join('. ')}.`;
}
