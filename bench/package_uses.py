"""Lists packages that people use with scikit-learn, each with a real use whose output has to stay the same.

What importlib.metadata says about all installed packages has to stay the same too.
"""

from __future__ import annotations

from dataclasses import dataclass

DATA = """
from importlib import metadata
import numpy as np
owners = metadata.packages_distributions().items()
print(sorted((module, *sorted(set(names))) for module, names in owners if module not in ("bin", "tests")))
rng = np.random.default_rng(0)
x = rng.normal(size=(200, 4)); y = (x[:, 0] + x[:, 1] ** 2 > 0.5).astype(int)
"""


@dataclass(frozen=True)
class Case:
    """A package, and a script that uses it."""

    name: str  # its name in the package index
    use: str
    requirements: str


def _case(name: str, use: str, requirements: str = "") -> Case:
    return Case(name, DATA + use, requirements or f"{name} numpy")


PACKAGES = (
    _case("scikit-learn", "from sklearn.svm import SVC; print(SVC().fit(x, y).decision_function(x)[:5])"),
    _case(
        "xgboost-cpu",
        "import xgboost; print(xgboost.XGBRegressor(n_estimators=5).fit(x, y).predict(x)[:5])",
        "xgboost-cpu scikit-learn",
    ),
    _case(
        "lightgbm",
        "import lightgbm; print(lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(x, y).predict(x)[:5])",
        "lightgbm scikit-learn",
    ),
    _case(
        "catboost",
        "import catboost; m = catboost.CatBoostRegressor(iterations=5, verbose=0, allow_writing_files=False)\n"
        "print(m.fit(x, y).predict(x)[:5])",
    ),
    _case("statsmodels", "import statsmodels.api as sm; print(sm.OLS(y, x).fit().summary().tables[1])"),
    _case(
        "imbalanced-learn",
        "from imblearn.over_sampling import SMOTE; print(SMOTE(random_state=0).fit_resample(x, y)[0].sum())",
    ),
    _case(
        "category-encoders",
        "import category_encoders as ce, pandas as pd; d = pd.DataFrame({'a': list('abca')})\n"
        "print(ce.TargetEncoder().fit_transform(d, [0, 1, 0, 1]).to_csv())",
    ),
    _case(
        "scikit-image",
        "from skimage import data, filters, measure; i = data.camera(); t = filters.threshold_otsu(i)\n"
        "print(t, measure.label(i > t).max())",
    ),
    _case(
        "nltk",
        "from nltk.stem import PorterStemmer; from nltk.tokenize import wordpunct_tokenize as w\n"
        "print([PorterStemmer().stem(t) for t in w('The cats were running, happily.')])",
    ),
    _case(
        "spacy",
        "import spacy; n = spacy.blank('en'); n.add_pipe('sentencizer')\n"
        "print([[t.text for t in s] for s in n('Hello there. It works, mostly.').sents])",
    ),
    _case(
        "sentencepiece",
        "import io, sentencepiece as s; m = io.BytesIO()\n"
        "s.SentencePieceTrainer.train(sentence_iterator=iter(['hello big world', 'a small world'] * 50), "
        "model_writer=m, vocab_size=18, minloglevel=2)\n"
        "print(s.SentencePieceProcessor(model_proto=m.getvalue()).encode('hello world', out_type=str))",
    ),
    _case(
        "pyarrow",
        "import io, pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc; b = io.BytesIO()\n"
        "pq.write_table(pa.table({'a': x[:, 0]}), b); print(pc.sum(pq.read_table(io.BytesIO(b.getvalue()))['a']))",
    ),
    _case(
        "polars",
        "import polars as pl; d = pl.DataFrame({'a': x[:, 0], 'y': y})\n"
        "print(d.group_by('y').agg(pl.sum('a')).sort('y'))",
    ),
    _case(
        "shap",
        "import shap; from sklearn.ensemble import RandomForestRegressor as R\n"
        "print(shap.TreeExplainer(R(5, random_state=0).fit(x, y)).shap_values(x[:2]).round(9))",
    ),
    _case("umap-learn", "import umap; print(umap.UMAP(random_state=0, n_epochs=5).fit_transform(x)[:3].round(4))"),
    _case("hdbscan", "import hdbscan; print(hdbscan.HDBSCAN(5).fit(x).labels_[:50])"),
    _case(
        "sktime",
        "import pandas as pd; from sktime.forecasting.naive import NaiveForecaster as N\n"
        "print(N('drift').fit(pd.Series(x[:, 0])).predict([1, 2, 3]).to_list())",
    ),
    _case(
        "feature-engine",
        "import pandas as pd; from feature_engine.discretisation import EqualWidthDiscretiser as E\n"
        "print(E(bins=3).fit_transform(pd.DataFrame(x, columns=list('abcd'))).sum().to_list())",
    ),
    _case(
        "mapie",
        "from mapie.regression import SplitConformalRegressor as S\n"
        "from sklearn.linear_model import LinearRegression as L\n"
        "m = S(L().fit(x[:100], y[:100]), prefit=True).conformalize(x[100:], y[100:])\n"
        "print(m.predict_interval(x[:3])[1].round(9))",
    ),
    _case(
        "optuna",
        "import optuna; optuna.logging.disable_default_handler()\n"
        "s = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))\n"
        "s.optimize(lambda t: t.suggest_float('a', 0, 1) ** 2, 20); print(s.best_value)",
    ),
    _case(
        "skops",
        "import skops.io as s; from sklearn.linear_model import LogisticRegression as L\n"
        "b = s.dumps(L().fit(x, y)); print(s.loads(b, trusted=s.get_untrusted_types(data=b)).predict_proba(x[:3]))",
    ),
    _case(
        "onnxruntime",
        "import onnx, onnxruntime as o; from onnx import helper as h, TensorProto as T\n"
        "g = h.make_graph([h.make_node('Relu', ['a'], ['b'])], 'g', [h.make_tensor_value_info('a', T.FLOAT, [4])],\n"
        "                 [h.make_tensor_value_info('b', T.FLOAT, [4])])\n"
        "m = h.make_model(g, ir_version=9, opset_imports=[h.make_opsetid('', 15)])\n"
        "print(o.InferenceSession(m.SerializeToString()).run(None, {'a': x[0].astype('f4')}))",
        "onnxruntime onnx",
    ),
)
