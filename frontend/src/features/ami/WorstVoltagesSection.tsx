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
import { BANDS } from './bands';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod } from './days';
import { formatShare } from './energy';
import { WorstVoltagesQuery } from './queries';
import type { VoltageOfGroup } from './queries';
import { groupsOf, meterFilters, mostDaysOfGroups } from './scope';
import { useAnalysis } from './useAnalysis';
import { GROUP_WORDS } from './words';

const LIMIT = 100;

/** Where voltages are worst; a group opens with what lies in it. */
export function WorstVoltagesSection({ by, ...props }: TabProps & { by: Group }) {
  const { view, may, change, enter, showOnMap } = props;
  const period = clipped(props.period, mostDaysOfGroups(by, view.scope));
  const analysis = useAnalysis({
    query: WorstVoltagesQuery,
    variables: { ...period, by, limit: LIMIT, filters: meterFilters(view) },
  });
  const columns = useMemo(() => columnsOf(by, { enter, change, showOnMap }), [by, enter, change, showOnMap]);
  const rows = analysis.data?.worstVoltages.groups ?? [];
  return (
    <Answer
      title="Worst voltages"
      note={formatPeriod(period) + (period === props.period ? '' : ', the most that is answered at a time')}
      analysis={analysis}
      field="worstVoltages"
      testId="ami-worst"
      minHeight={240}
      tools={
        <>
          <Choice<Group>
            label="Grouped by"
            value={by}
            options={groupsOf(view.scope, may).map((value) => ({ value, label: GROUP_WORDS[value] }))}
            onChange={(next) => change({ by: next })}
          />
          <CsvButton name={fileName(`worst-voltages-by-${by}`, view, period)} rows={rows} columns={columns} what="the worst voltages" />
        </>
      }
    >
      {({ worstVoltages: { groups, groupCount } }) =>
        groups.length === 0 ? (
          <EmptyState title="There are no meters here" />
        ) : (
          <DataTable
            caption={`${groups.length < groupCount ? `The worst ${formatNumber(groups.length)} of ${formatNumber(groupCount)}` : `All ${formatNumber(groupCount)}`}: most outside range B first, then most outside range A`}
            rows={groups}
            columns={columns}
            rowKey={({ key }) => key ?? ''}
            testId="ami-worst-table"
          />
        )
      }
    </Answer>
  );
}

function columnsOf(by: Group, actions: Pick<TabProps, 'enter' | 'change' | 'showOnMap'>): ShownColumn<VoltageOfGroup>[] {
  return [
    {
      key: 'name',
      label: GROUP_WORDS[by],
      value: (group) => groupName(by, group),
      cell: (group) => <GroupName by={by} group={group} {...actions} />,
    },
    { key: 'key', label: 'id', value: ({ key }) => key ?? null, cell: () => null, isHidden: true },
    ...BANDS.map(
      ({ label, pct }): ShownColumn<VoltageOfGroup> => ({
        key: pct,
        label: label.charAt(0).toUpperCase() + label.slice(1),
        unit: '%',
        isNumber: true,
        value: ({ bands }) => bands[pct] ?? null,
        cell: ({ bands }) => <Maybe text={formatShare(bands[pct])} />,
      }),
    ),
    {
      key: 'judged',
      label: 'Readings judged',
      isNumber: true,
      value: ({ bands }) => bands.judgedCount,
      cell: ({ bands }) => formatNumber(bands.judgedCount),
    },
    {
      key: 'unknown',
      label: 'Not judged',
      isNumber: true,
      value: ({ bands }) => bands.unknownCount,
      cell: ({ bands }) => formatNumber(bands.unknownCount),
    },
    { key: 'meters', label: 'Meters', isNumber: true, value: ({ meterCount }) => meterCount },
  ];
}
