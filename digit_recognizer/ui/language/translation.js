/* Shows the page in the visitor's language.
 *
 * The server speaks English. Texts and attributes are looked up in the language's catalog as they
 * appear, before they are painted, and changed in place: the nodes stay Gradio's. The English is
 * remembered by node, so that any language can follow. The element #catalogs tells where each
 * language's catalog is; it comes when it is needed first.
 */
(() => {
  const ENGLISH = 'en';
  const STORE = 'language';
  const ATTRIBUTES = ['aria-label', 'aria-valuetext', 'aria-description', 'title', 'placeholder', 'alt'];
  const CACHE_SIZE = 2000;
  const PATIENCE = 2000; // ms that the page stays hidden, at most, while its first catalog comes

  const addresses = JSON.parse(document.getElementById('catalogs').textContent);
  const codes = [ENGLISH, ...Object.keys(addresses)];
  const translators = { [ENGLISH]: (text) => text };
  const coming = {};
  const fromGradio = new Map(); // Gradio translates its own words into some languages itself
  const memories = new WeakMap(); // node -> { name of the attribute or 'data': { said, shown } }

  function template(english, translation) {
    const escaped = english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return {
      fixed: english.replaceAll('{}', '').length,
      pattern: new RegExp(`^${escaped.join('(.+?)')}$`),
      fill(values) {
        let next = 0;
        const filled = translation.replace(/\{(\d*)\}/g, (_, index) => values[index === '' ? next++ : index]);
        // Digits and Latin letters keep a space from their neighbours, Chinese characters do not.
        return filled.replace(/(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])/g, '');
      },
    };
  }

  /* The function that translates a text with a catalog. */
  function translator(catalog) {
    const sentences = new Map();
    const templates = [];
    for (const [english, translation] of Object.entries({ ...catalog.page, ...catalog.gradio })) {
      if (english.includes('{}')) templates.push(template(english, translation));
      else sentences.set(english, translation);
    }
    templates.sort((a, b) => b.fixed - a.fixed); // texts with more fixed characters match more reliably
    const translated = new Map();

    function translateSentence(text) {
      const sentence = sentences.get(text);
      if (sentence !== undefined) return sentence;
      for (const { pattern, fill } of templates) {
        const match = pattern.exec(text);
        if (match) return fill(match.slice(1).map(translateText));
      }
      return text;
    }

    /* Every line, and each of the parts that a dot separates, is a sentence of its own. */
    function translateText(text) {
      if (!/[A-Za-z]/.test(text)) return text;
      let translation = translated.get(text);
      if (translation === undefined) {
        translation = text
          .split(/(\s*\n\s*| · )/)
          .map((part) => part.replace(/\S(.*\S)?/, translateSentence))
          .join('');
        if (translated.size >= CACHE_SIZE) translated.clear();
        translated.set(text, translation);
      }
      return translation;
    }

    return translateText;
  }

  /* Fetches a language's catalog; the promise is false when that fails, and may be asked again. */
  function learn(code) {
    if (translators[code]) return Promise.resolve(true);
    coming[code] ??= fetch(addresses[code])
      .then((response) => response.json())
      .then((catalog) => {
        translators[code] = translator(catalog);
        for (const [english, translation] of Object.entries(catalog.gradio)) {
          fromGradio.set(translation, english);
        }
        return true;
      })
      .catch(() => false)
      .finally(() => { delete coming[code]; });
    return coming[code];
  }

  let language = ENGLISH;

  /* The code of the first of these languages that has a catalog, else English. */
  function known(names) {
    return names.map((name) => codes.find((code) => isSame(code, name))).find(Boolean) ?? ENGLISH;
  }

  /* The chosen language, else the browser's. */
  function preferred() {
    let chosen = null;
    try {
      chosen = localStorage.getItem(STORE);
    } catch {
      // Storage may be forbidden; the browser's languages are still known.
    }
    return known(chosen ? [chosen] : navigator.languages);
  }

  /* Whether two names mean the same language in the same script: zh-SG is zh-CN, zh-TW is not. */
  function isSame(...names) {
    try {
      const [one, other] = names.map((name) => new Intl.Locale(name).maximize());
      return one.language === other.language && one.script === other.script;
    } catch {
      return false; // some browsers list names that are not languages
    }
  }

  function show(node, name, value, write) {
    const memory = memories.get(node);
    const last = memory?.[name];
    let said = last?.shown === value ? last.said : value;
    said = fromGradio.get(said) ?? said;
    const shown = translators[language](said);
    if (shown === value) return;
    if (memory) memory[name] = { said, shown };
    else memories.set(node, { [name]: { said, shown } });
    write(shown);
  }

  function showText(node) {
    if (node.parentElement?.closest('script, style, textarea')) return;
    show(node, 'data', node.data, (text) => { node.data = text; });
  }

  function showAttribute(element, name) {
    const value = element.getAttribute(name);
    if (value) show(element, name, value, (text) => element.setAttribute(name, text));
  }

  const isLeftAlone = (node) => node.nodeType === Node.ELEMENT_NODE && node.getAttribute('translate') === 'no';

  function showAll(root) {
    const filter = (node) => (isLeftAlone(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, filter);
    for (let node = root; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) showText(node);
      else if (node.nodeType === Node.ELEMENT_NODE) for (const name of ATTRIBUTES) showAttribute(node, name);
    }
  }

  const observer = new MutationObserver((records) => {
    for (const { type, target, attributeName, addedNodes } of records) {
      const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      if (element?.closest?.('[translate=no]')) continue;
      if (type === 'attributes' && attributeName !== 'lang') showAttribute(target, attributeName);
      else if (target.nodeType === Node.TEXT_NODE) showText(target);
      else for (const node of addedNodes) if (!isLeftAlone(node)) showAll(node);
    }
    sayWhichLanguage();
    observer.takeRecords(); // drop the records of these changes
  });

  function sayWhichLanguage() {
    // Gradio sets the browser's language some time after the start.
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
    const menu = document.querySelector('select#language'); // there with three languages or more
    if (menu && menu.value !== language) menu.value = language;
  }

  async function choose(code) {
    if (!await learn(code)) return;
    try {
      localStorage.setItem(STORE, code);
    } catch {
      // Then the choice lasts as long as the page.
    }
    speak(code);
  }

  function speak(code) {
    language = code;
    sayWhichLanguage();
    showAll(document.documentElement);
    observer.takeRecords();
  }

  /* Shows nothing in English before the catalog of another language has come. */
  async function begin() {
    const first = preferred();
    // Gradio speaks the browser's language, whatever is chosen; its words are known from there.
    const needed = [first, known(navigator.languages)].filter((code) => !translators[code]);
    if (needed.length > 0) {
      document.documentElement.style.visibility = 'hidden';
      const show = () => { document.documentElement.style.visibility = ''; };
      setTimeout(show, PATIENCE);
      await Promise.all(needed.map(learn));
      show();
    }
    speak(translators[first] ? first : ENGLISH);
  }

  observer.observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['lang', ...ATTRIBUTES],
  });
  begin();

  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('[data-language]');
    if (!button) return;
    await choose(button.dataset.language);
    if (language !== button.dataset.language) return;
    // The button is gone now; the one beside it has taken its place.
    button.parentElement.querySelector(`button:not([lang=${button.lang}])`).focus();
  });
  document.addEventListener('change', ({ target }) => {
    if (target.matches('select#language')) choose(target.value);
  });
})();
