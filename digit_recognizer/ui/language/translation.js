/* Shows the page in Chinese to those who read it, and in English to all others.
 *
 * The server speaks English only. Texts and attributes are looked up in the catalog (the element
 * #chinese) as they appear, before they are painted, and changed in place: the nodes stay Gradio's.
 * What the server said is remembered by node, so that a switch can go either way.
 */
(() => {
  const CHINESE = 'zh-CN';
  const STORE = 'language';
  const ATTRIBUTES = ['aria-label', 'aria-valuetext', 'aria-description', 'title', 'placeholder', 'alt'];
  const CACHE_SIZE = 2000;

  const catalog = JSON.parse(document.getElementById('chinese').textContent);
  const messages = { ...catalog.page, ...catalog.gradio };
  const sentences = new Map();
  const templates = [];
  for (const [english, chinese] of Object.entries(messages)) {
    if (english.includes('{}')) templates.push(template(english, chinese));
    else sentences.set(english, chinese);
  }
  templates.sort((a, b) => b.fixed - a.fixed); // the more of a text is fixed, the surer the match
  // In some languages Gradio's own words come translated already.
  const fromGradio = new Map(Object.entries(catalog.gradio).map(([english, chinese]) => [chinese, english]));
  const translated = new Map();
  const memories = new WeakMap(); // node -> { name of the attribute or 'data': { said, shown } }

  function template(english, chinese) {
    const escaped = english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return {
      fixed: english.replaceAll('{}', '').length,
      pattern: new RegExp(`^${escaped.join('(.+?)')}$`),
      fill(values) {
        let next = 0;
        const filled = chinese.replace(/\{(\d*)\}/g, (_, index) => values[index === '' ? next++ : index]);
        // Digits and Latin letters keep a space from their neighbours, Chinese characters do not.
        return filled.replace(/(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])/g, '');
      },
    };
  }

  function translateSentence(text) {
    const sentence = sentences.get(text);
    if (sentence !== undefined) return sentence;
    for (const { pattern, fill } of templates) {
      const match = pattern.exec(text);
      if (match) return fill(match.slice(1).map(translate));
    }
    return text;
  }

  /* Every line, and each of the parts that a dot separates, is a sentence of its own. */
  function translate(text) {
    if (!/[A-Za-z]/.test(text)) return text;
    let chinese = translated.get(text);
    if (chinese === undefined) {
      chinese = text
        .split(/(\s*\n\s*| · )/)
        .map((part) => part.replace(/\S(.*\S)?/, translateSentence))
        .join('');
      if (translated.size >= CACHE_SIZE) translated.clear();
      translated.set(text, chinese);
    }
    return chinese;
  }

  let isChinese = prefersChinese();

  function prefersChinese() {
    let chosen = null;
    try {
      chosen = localStorage.getItem(STORE);
    } catch {
      // Storage may be forbidden; the browser's language is known all the same.
    }
    const languages = chosen ? [chosen] : navigator.languages;
    const known = languages.find((name) => /^(en|zh(?!-(hant|tw|hk|mo)))\b/i.test(name));
    return /^zh/i.test(known ?? '');
  }

  function show(node, name, value, write) {
    const memory = memories.get(node);
    const last = memory?.[name];
    let said = last?.shown === value ? last.said : value;
    said = fromGradio.get(said) ?? said;
    const shown = isChinese ? translate(said) : said;
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
      if (attributeName === 'lang') sayWhichLanguage();
      else if (type === 'attributes') showAttribute(target, attributeName);
      else if (target.nodeType === Node.TEXT_NODE) showText(target);
      else for (const node of addedNodes) if (!isLeftAlone(node)) showAll(node);
    }
    observer.takeRecords(); // of what was changed here
  });

  function sayWhichLanguage() {
    const language = isChinese ? CHINESE : 'en';
    // Gradio sets the browser's, some time after it has started.
    if (document.documentElement.lang !== language) document.documentElement.lang = language;
  }

  function speak() {
    sayWhichLanguage();
    showAll(document.documentElement);
    observer.takeRecords();
  }

  observer.observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['lang', ...ATTRIBUTES],
  });
  speak();

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-language]');
    if (!button) return;
    isChinese = button.dataset.language === CHINESE;
    try {
      localStorage.setItem(STORE, button.dataset.language);
    } catch {
      // The choice lasts as long as the page, then.
    }
    speak();
    // The button is gone now; the one beside it has taken its place.
    button.parentElement.querySelector(`button:not([lang=${button.lang}])`).focus();
  });
})();
