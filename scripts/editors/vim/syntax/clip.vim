" Clip, the language of clipscope.
if exists('b:current_syntax')
  finish
endif

" Lists between these marks are written by scripts/editors/update.
" begin lists
syntax keyword clipConditional else if
syntax keyword clipRepeat for in sweep
syntax keyword clipParam param
syntax keyword clipWordOperator and not or
syntax keyword clipConstant false none true
syntax match clipBuiltin /\<\%(ablate\|abs\|allclose\|append\|argmax\|argmin\|argsort\|assert\|attention\|blur\|boxesOf\|ceil\|clamp\|classify\|compare\|concat\|contains\|contoursOf\|cosine\|crop\|cumsum\|dataset\|dot\|drift\|edit\|einsum\|encode\|endswith\|enumerate\|equal\|evaluate\|exp\|eye\|features\|figure\|filter\|first\|flatten\|flip\|floor\|fold\|full\|grad\|gradcam\|grid\|group\|help\|image\|iou\|isnone\|item\|items\|join\|keys\|last\|legend\|len\|linspace\|load\|log\|logsumexp\|lower\|map\|maskOf\|max\|mean\|merge\|min\|norm\|normal\|normalize\|number\|ones\|overlay\|paste\|pearson\|permutation\|pixels\|plot\|points\|print\|quantile\|randomized\|range\|recipeOf\|record\|replace\|reshape\|resize\|reversed\|round\|save\|scan\|segment\|shape\|show\|similarity\|slide\|softmax\|sort\|sorted\|spearman\|split\|sqrt\|squeeze\|stack\|startswith\|std\|string\|strip\|sum\|summarize\|surgery\|svd\|table\|tensor\|textFeatures\|tokens\|topk\|transpose\|type\|uniform\|unique\|upper\|values\|where\|zeros\|zip\)\>/
syntax keyword clipType any bool dataset evaluation figure function heatmap heatmaps image int labelmap layers list mask masks model none number pass path record string table tensor tokenmap contained nextgroup=clipTypeElement
" end lists

syntax match clipImport /\<import\>/ nextgroup=clipModule,clipRaw,clipString skipwhite
syntax match clipModule /\<std\.\w\+/ contained nextgroup=clipAs skipwhite
syntax match clipAs /\<as\>/
syntax match clipVersion /^\s*clip\ze\s\+\d/

syntax match clipNumber /\<\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?\>/
syntax match clipOperator /|>\|=>\|==\|!=\|<=\|>=\|\*\*\|\/\/\|[-+*\/%@<>=]/

" A field or an option may bear any name.
syntax match clipField /\.\h\w*/
syntax match clipOption /\<\h\w*\>\ze\s*:/

syntax match clipFn /\<fn\>/ nextgroup=clipFunctionName,clipFunctionHead skipwhite
syntax match clipFunctionName /\h\w*/ contained nextgroup=clipFunctionHead skipwhite
syntax match clipParameterName /\%(\<param\s\+\)\@<=\h\w*/ nextgroup=clipTypeMark skipwhite
syntax match clipTypeMark /:/ contained nextgroup=clipType skipwhite
syntax region clipTypeElement start=/\[/ end=/\]/ oneline contained contains=clipType
syntax region clipFunctionHead matchgroup=clipBracket start=/(/ end=/)/ contained contains=clipTyped,@clipCode
syntax match clipTyped /\<\h\w*\s*:\s*\w\+\%(\[\w*\]\)\?/ contained contains=clipType

syntax match clipEscape /\\[ntr\\"'{}]\|\\u{\x\{1,8}}\|{{\|}}\|{}/ contained
syntax region clipString start=/"/ skip=/\\./ end=/"\|$/ contains=clipEscape,clipHole
syntax region clipString start=/"""/ skip=/\\./ end=/"""/ contains=clipEscape,clipHole
syntax region clipRaw start=/'/ end=/'\|$/ oneline
syntax region clipHole matchgroup=clipBrace start=/{{\@!}\@!/ end=/}\|$/ contained contains=@clipCode,clipFormat
syntax match clipFormat /:[^}"]*\ze}/ contained
syntax region clipParentheses start=/(/ end=/)/ transparent contains=@clipCode,clipComment,clipDoc
syntax region clipBrackets start=/\[/ end=/\]/ transparent contains=@clipCode,clipComment,clipDoc
syntax region clipBraces start=/{/ end=/}/ transparent contains=@clipCode,clipComment,clipDoc

syntax match clipComment /#.*$/ contains=clipTodo,@Spell
syntax match clipDoc /##.*$/ contains=clipTodo,@Spell
syntax keyword clipTodo TODO FIXME contained

syntax cluster clipCode contains=clipConditional,clipRepeat,clipFn,clipParam,clipWordOperator,clipConstant,
      \clipImport,clipAs,clipBuiltin,clipNumber,clipOperator,clipField,clipOption,
      \clipString,clipRaw,clipParentheses,clipBrackets,clipBraces

highlight default link clipConditional Conditional
highlight default link clipRepeat Repeat
highlight default link clipFn Keyword
highlight default link clipParam Keyword
highlight default link clipWordOperator Operator
highlight default link clipConstant Constant
highlight default link clipImport Include
highlight default link clipAs Include
highlight default link clipModule Include
highlight default link clipVersion PreProc
highlight default link clipBuiltin Function
highlight default link clipFunctionName Function
highlight default link clipParameterName Identifier
highlight default link clipType Type
highlight default link clipNumber Number
highlight default link clipOperator Operator
highlight default link clipOption Label
highlight default link clipField Identifier
highlight default link clipString String
highlight default link clipRaw String
highlight default link clipEscape SpecialChar
highlight default link clipBrace Delimiter
highlight default link clipFormat SpecialChar
highlight default link clipComment Comment
highlight default link clipDoc SpecialComment
highlight default link clipTodo Todo

let b:current_syntax = 'clip'
