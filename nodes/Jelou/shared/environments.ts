import type { JelouRequest } from './types';

/** The two base URLs of a Jelou API credential, without a trailing slash. */
export interface BaseUrls {
	gateway: string;
	chatbot: string;
}

/** Where a credential sends requests, by their target. */
export type Targets = Partial<Record<JelouRequest['target'], string>>;

/** The base URL of Jelou's platform API. */
export const PLATFORM_URL = 'https://api.jelou.ai';

/** One choice of the credential's Environment. */
interface Environment {
	/** As saved in credentials: it must never change. */
	value: string;
	label: string;
	/** Absent if the user enters them. */
	baseUrls?: BaseUrls;
	/** The platform API's; absent if the user enters it, or if that API has no such environment. */
	platformUrl?: string;
	/** Whether webhooks and media may be on plain HTTP and private addresses, as the sandbox's are. */
	allowsPlainHttp: boolean;
}

const CHATBOT = 'https://chatbot.jelou.ai';

export const PRODUCTION_URLS: BaseUrls = { gateway: 'https://gateway.jelou.ai/platform', chatbot: CHATBOT };

const PRODUCTION: Environment = {
	value: 'production',
	label: 'Production',
	baseUrls: PRODUCTION_URLS,
	platformUrl: PLATFORM_URL,
	allowsPlainHttp: false,
};

/** Every environment, the default first. Jelou's documentation has two gateway paths. */
export const ENVIRONMENTS: readonly Environment[] = [
	PRODUCTION,
	{
		value: 'productionLegacy',
		label: 'Production (Older Gateway Path)',
		baseUrls: { gateway: 'https://gateway.jelou.ai/jelouapi', chatbot: CHATBOT },
		allowsPlainHttp: false,
	},
	{ value: 'custom', label: 'Custom', allowsPlainHttp: true },
];

/** Those that the platform API has. */
export const PLATFORM_ENVIRONMENTS = ENVIRONMENTS.filter(
	({ baseUrls, platformUrl }) => platformUrl ?? !baseUrls,
);

/** The environment with this value; production if it is unknown. */
export function environmentNamed(value: string): Environment {
	return ENVIRONMENTS.find((environment) => environment.value === value) ?? PRODUCTION;
}
