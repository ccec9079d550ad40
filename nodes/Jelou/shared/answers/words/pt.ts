import type { Words } from '../vocabulary';

/** Portuguese, as customers in Brazil write it. */
export const pt: Words = {
	courtesy:
		'por gentileza, pfv, obrigado, obrigada, muito obrigado, muito obrigada, obg, valeu, vlw, grato, grata, oi, ola, opa, bom dia, boa tarde, boa noite, desculpa',
	articles: 'um, uma, meu, minha, meus, minhas, seu, sua, do, da',
	definite: 'o, a',
	plurals: 'os, as, uns, umas',
	pointing: 'opcao, opcoes, n, resposta, item',
	wishes:
		'dou, te dou, quero, gostaria, gostaria de, desejo, preciso, preciso de, prefiro, escolho, e, eh, pra, vou querer, fico com, posso, poderia, ja, so, melhor, agora',
	joining: 'em, com, ou, ao',
	weak: 'fazer, ter, onde, quando, qual, muito, mais, outro',
	negations: 'nao, sem, nem, nenhum, nenhuma, tampouco',
	numbers:
		'um, dois duas, tres, quatro, cinco, seis, sete, oito, nove, dez, onze, doze, treze, quatorze catorze, quinze, dezesseis, dezessete, dezoito, dezenove, vinte',
	ordinals: 'primeir, segund, terceir, quart, quint, sext, setim, oitav, non, decim',
	yes: 'sim, ss, isso, isso ai, isso mesmo, claro que sim, com certeza, certeza, certo, pode, pode ser, pode sim, beleza, blz, joia, ta, ta bom, ta bem, ta ok, tudo bem, fechado, combinado, perfeito, otimo, aceito, aceitar, aprovo, aprovar, uhum, aham, bora',
	no: 'nao, nao aceito, nao confirmo, nao concordo, nn, naum, claro que nao, com certeza nao, de jeito nenhum, jamais, nem pensar, recusar, rejeitar',
	agreeing: 'sem problema, sem problemas, nao tem problema, bom',
	postponing: 'ainda, hoje, por enquanto, por agora, no momento',
};
