import { useMemo } from 'react';

import { formatNumber } from '../../lib/format';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Maybe } from '../../ui/Maybe';
import { EmptyState } from '../../ui/StateMessage';

import { Answer } from './Answer';
import { Choice } from './Choice';
import { groupName, GroupName } from './GroupName';
import type { Group } from './address';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod } from './days';
import { energyUnit, formatEnergyIn, formatShare } from './energy';
import { UsageBreakdownQuery } from './queries';
import type { UsageOfGroup } from './queries';
import { groupsOf, meterFilters, mostDaysOfGroups } from './scope';
import { useAnalysis } from './useAnalysis';
import { boundWord, GROUP_WORDS } from './words';

const LIMIT = 200;

/** Who used most; a group opens with what lies in it. */
export function GroupsSection({ by, ...props }: TabProps & { by: Group }) {
  const { view, may, change, enter, showOnMap } = props;
  const period = clipped(props.period, mostDaysOfGroups(by, view.scope));
  const analysis = useAnalysis({
    query: UsageBreakdownQuery,
    variables: { ...period, by, limit: LIMIT, filters: meterFilters(view) },
  });
  const found = analysis.data?.usageBreakdown;
  const columns = useMemo(() => columnsOf(by, found?.groups ?? [], { enter, change, showOnMap }), [by, found, enter, change, showOnMap]);
  return (
    <Answer
      title="Who used it"
      note={formatPeriod(period) + (period === props.period ? '' : ', the most that is answered at a time')}
      analysis={analysis}
      field="usageBreakdown"
      testId="ami-groups"
      minHeight={240}
      tools={
        <>
          <Choice<Group>
            label="Grouped by"
            value={by}
            options={groupsOf(view.scope, may).map((value) => ({ value, label: GROUP_WORDS[value] }))}
            onChange={(next) => change({ by: next })}
          />
          <CsvButton name={fileName(`use-by-${by}`, view, period)} rows={found?.groups ?? []} columns={columns} what="the groups" />
        </>
      }
    >
      {({ usageBreakdown: { groups, groupCount } }) =>
        groups.length === 0 ? (
          <EmptyState title="There are no meters here" />
        ) : (
          <DataTable
            caption={
              groups.length < groupCount
                ? `The ${formatNumber(groups.length)} that used most, of ${formatNumber(groupCount)}`
                : `All ${formatNumber(groupCount)}, those that used most first`
            }
            rows={groups}
            columns={columns}
            rowKey={({ key }) => key ?? ''}
            testId="ami-groups-table"
          />
        )
      }
    </Answer>
  );
}

function columnsOf(by: Group, rows: readonly UsageOfGroup[], actions: Pick<TabProps, 'enter' | 'change' | 'showOnMap'>): ShownColumn<UsageOfGroup>[] {
  const useUnit = energyUnit(rows.map(({ usageKwh }) => usageKwh));
  const perMeterUnit = energyUnit(rows.map(perMeterKwh));
  return [
    {
      key: 'name',
      label: GROUP_WORDS[by],
      value: (group) => groupName(by, group),
      cell: (group) => <GroupName by={by} group={group} {...actions} />,
    },
    { key: 'key', label: 'id', value: ({ key }) => key ?? null, cell: () => null, isHidden: true },
    {
      key: 'use',
      label: 'Use',
      unit: 'kWh',
      isNumber: true,
      value: ({ usageKwh }) => usageKwh ?? null,
      cell: ({ usageKwh, isPartial }) => (
        <>
          {boundWord(isPartial, usageKwh != null)}
          <Maybe text={formatEnergyIn(useUnit, usageKwh)} />
        </>
      ),
    },
    {
      key: 'share',
      label: 'Share',
      unit: '%',
      isNumber: true,
      value: ({ sharePct }) => sharePct ?? null,
      cell: ({ sharePct }) => <Maybe text={formatShare(sharePct, 1)} />,
    },
    {
      key: 'meters',
      label: 'Meters',
      isNumber: true,
      value: ({ meterCount }) => meterCount,
      cell: ({ meterCount }) => formatNumber(meterCount),
    },
    {
      key: 'perMeter',
      label: 'Use per meter',
      unit: 'kWh',
      isNumber: true,
      value: perMeterKwh,
      cell: (group) => <Maybe text={formatEnergyIn(perMeterUnit, perMeterKwh(group))} />,
    },
    {
      key: 'coverage',
      label: 'Metered time',
      unit: '%',
      isNumber: true,
      value: ({ coveragePct }) => coveragePct ?? null,
      cell: ({ coveragePct }) => <Maybe text={formatShare(coveragePct, 1)} />,
    },
    {
      key: 'estimated',
      label: 'Estimated',
      unit: '%',
      isNumber: true,
      value: ({ estimatedPct }) => estimatedPct ?? null,
      cell: ({ estimatedPct }) => <Maybe text={formatShare(estimatedPct, 2)} />,
    },
  ];
}

function perMeterKwh({ usageKwh, meterCount }: UsageOfGroup): number | null {
  return usageKwh == null || meterCount === 0 ? null : usageKwh / meterCount;
}
