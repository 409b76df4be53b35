interface Props {
  title: string;
  facts: readonly (readonly [string, string])[];
  /** Of the map, where the page has one. */
  picture: string | null;
}

/** What stands above the page on paper, and only there. */
export function ReportHeader({ title, facts, picture }: Props) {
  return (
    <div className="for-paper" data-testid="report-header" style={{ color: '#15212a', fontSize: '9pt', marginBottom: '4mm' }}>
      <div style={{ fontSize: '15pt', fontWeight: 500 }}>Flux Operations Center: {title}</div>
      <dl style={{ display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: '4mm', margin: '2mm 0', overflowWrap: 'anywhere' }}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd style={{ margin: 0 }}>{value}</dd>
          </div>
        ))}
      </dl>
      {picture !== null && <img src={picture} alt="The map" style={{ width: '100%', border: '1px solid #c9d3da' }} />}
    </div>
  );
}
