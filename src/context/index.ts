export { assetRoles } from './asset.ts';
export { assetFor, assetsFor, assetsWithRoles, upsertAssets, type AssetKey } from './store/assets.ts';
export { identitiesFor, upsertIdentities } from './store/identities.ts';
export { indicatorsFor, upsertIndicators } from './store/indicators.ts';
export { importAssets } from './import-assets.ts';
export { readWarningLists } from './warning-lists.ts';
