export { FleetPage } from './FleetPage';
export { TransformerPage } from './TransformerPage';
